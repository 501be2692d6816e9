package dev.weakref.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.weakref.spring.lifecycle.ExitPassLifecycle;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.context.annotation.Bean;

@TestInstance(
        Lifecycle.PER_CLASS) // the classes go with it, or every collection that a later test asks for would pass them
class ArchitectureTests {

    private static final String ROOT = "dev.weakref.spring";

    private static final List<Class<?>> PLAIN =
            List.of(String.class, long.class, Long.class, boolean.class, List.class);

    private final JavaClasses classes = new ClassFileImporter()
            .importUrl(ExitPassLifecycle.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation());

    @Test
    void featuresKnowEachOtherOnlyAsDrawn() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .ensureAllClassesAreContainedInArchitectureIgnoring(ROOT) // which has its package-info alone
                .layer("autoconfigure")
                .definedBy(ROOT + ".autoconfigure")
                .layer("collections")
                .definedBy(ROOT + ".collections")
                .layer("endpoint")
                .definedBy(ROOT + ".endpoint")
                .layer("lifecycle")
                .definedBy(ROOT + ".lifecycle")
                .layer("listeners")
                .definedBy(ROOT + ".listeners")
                .layer("metrics")
                .definedBy(ROOT + ".metrics")
                .whereLayer("autoconfigure")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("collections")
                .mayOnlyBeAccessedByLayers("autoconfigure", "endpoint", "metrics")
                .whereLayer("endpoint")
                .mayOnlyBeAccessedByLayers("autoconfigure")
                .whereLayer("lifecycle")
                .mayOnlyBeAccessedByLayers("autoconfigure", "endpoint", "metrics")
                .whereLayer("listeners")
                .mayOnlyBeAccessedByLayers("autoconfigure")
                .whereLayer("metrics")
                .mayOnlyBeAccessedByLayers("autoconfigure")
                .because("a feature can be read, wired by hand and changed without the others, and none is in a cycle")
                .check(classes);
    }

    @Test
    void nothingNamesTheInternalsOfCore() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.weakref.internal..")
                .because("the module of core does not export them, and they may change with every version")
                .check(classes);
    }

    @Test
    void featureCodeKnowsNoAutoConfigurationOfBoot() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".autoconfigure")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework.boot.autoconfigure..", "org.springframework.boot.actuate.autoconfigure..")
                .because("those move from one line of Boot to the next")
                .check(classes);
    }

    @Test
    void everyLineGoesThroughTheLoggingOfSpring() {
        noClasses()
                .that()
                .doNotHaveSimpleName("Slf4jLines") // used only where the logging of Spring goes to SLF4J
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.logging..", "org.slf4j..")
                .because("the application chooses where its log goes")
                .check(classes);
    }

    @Test
    void nobodyPrints() {
        noClasses()
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .because("a library has no console")
                .check(classes);
    }

    @Test
    void nobodyAsksForACollection() {
        noClasses()
                .should()
                .callMethod(System.class, "gc")
                .orShould()
                .callMethod(Runtime.class, "gc")
                .because("when to collect is the application's affair")
                .check(classes);
    }

    @Test
    void everyBeanSaysWhoseItIs() {
        methods()
                .that()
                .areAnnotatedWith(Bean.class)
                .should(haveABeanNameOfOurs())
                .because("the names of all beans of an application are one space")
                .check(classes);
    }

    @Test
    void answersHoldNothingOfTheApplication() {
        fields().that()
                .areDeclaredInClassesThat()
                .implement(OperationResponseBody.class)
                .or()
                .areDeclaredInClassesThat()
                .haveSimpleNameEndingWith("Descriptor")
                .and()
                .areNotStatic()
                .should(holdWordsAndNumbers())
                .because("an answer may be cached, and would keep alive what it holds")
                .check(classes);
    }

    /** As given to the annotation, else as the method is called. */
    private static ArchCondition<JavaMethod> haveABeanNameOfOurs() {
        return new ArchCondition<>("have a bean name that begins with 'weakRef'") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                Bean bean = method.getAnnotationOfType(Bean.class);
                List<String> names = Stream.of(bean.name(), bean.value()) // read without Spring, which has them aliases
                        .flatMap(Arrays::stream)
                        .toList();
                for (String name : names.isEmpty() ? List.of(method.getName()) : names) {
                    events.add(new SimpleConditionEvent(
                            method,
                            name.startsWith("weakRef") || name.equals("weakrefHealthIndicator"), // shown as 'weakref'
                            method.getFullName() + " makes a bean '" + name + "'"));
                }
            }
        };
    }

    /** What lists are of counts as well, and has to be said. */
    private static ArchCondition<JavaField> holdWordsAndNumbers() {
        return new ArchCondition<>("hold words, numbers, and descriptors of such") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                String declared = field.getType().getName();
                events.add(new SimpleConditionEvent(
                        field, !declared.contains("?"), field.getFullName() + " is a " + declared));
                for (JavaClass type : field.getAllInvolvedRawTypes()) {
                    boolean allowed = PLAIN.stream().anyMatch(type::isEquivalentTo)
                            || type.getSimpleName().endsWith("Descriptor");
                    events.add(new SimpleConditionEvent(
                            field, allowed, field.getFullName() + " holds a " + type.getName()));
                }
            }
        };
    }
}
