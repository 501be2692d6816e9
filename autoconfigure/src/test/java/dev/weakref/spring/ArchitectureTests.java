package dev.weakref.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.context.annotation.Bean;

@TestInstance(
        Lifecycle.PER_CLASS) // the classes go with it, or every collection that a later test asks for would pass them
class ArchitectureTests {

    private final JavaClasses classes = new ClassFileImporter()
            .importUrl(ExitPass.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void featureCodeKnowsNothingOfItsAutoConfiguration() {
        noClasses()
                .that()
                .resideInAPackage("dev.weakref.spring")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.weakref.spring.autoconfigure..")
                .because("who wires by hand needs the first package alone, and the two must not form a ring")
                .check(classes);
    }

    @Test
    void featureCodeKnowsNoAutoConfigurationOfBoot() {
        noClasses()
                .that()
                .resideInAPackage("dev.weakref.spring")
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
                .should()
                .haveNameMatching("weakRef.*")
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
                .should()
                .haveRawType(String.class)
                .orShould()
                .haveRawType(long.class)
                .orShould()
                .haveRawType(boolean.class)
                .orShould()
                .haveRawType(List.class)
                .because("an answer may be cached, and would keep alive what it holds")
                .check(classes);
    }
}
