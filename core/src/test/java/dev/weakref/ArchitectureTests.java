package dev.weakref;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.ref.Reference;
import java.lang.reflect.Modifier;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(
        Lifecycle.PER_CLASS) // the classes go with it, or every collection that a later test asks for would pass them
class ArchitectureTests {

    private final JavaClasses core = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.weakref");

    @Test
    void coreDependsOnTheJdkOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.weakref..", "java..", "jdk.jfr..", "org.jspecify.annotations")
                .because("plain Java programs take core without anything else")
                .check(core);
    }

    @Test
    void onlyTheEventsNeedTheFlightRecorder() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.(JfrEvents|JfrReapEvents?)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.jfr..")
                .because("runtimes without the module jdk.jfr must be able to load all others")
                .check(core);
    }

    @Test
    void onlyOneClassWritesToTheLog() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.(Logging|WeakRefs)(\\$.*)?") // the latter is where it is chosen
                .should()
                .dependOnClassesThat()
                .areAssignableTo(System.Logger.class)
                .because("logging must never stop the library, and all lines share one logger")
                .check(core);
    }

    @Test
    void nobodyPrints() {
        noClasses()
                .that()
                .doNotHaveSimpleName("Logging")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .because("a library has no console, unless its logger fails or has lost its handlers")
                .check(core);
    }

    @Test
    void nobodyAsksForACollection() {
        noClasses()
                .should()
                .callMethod(System.class, "gc")
                .orShould()
                .callMethod(Runtime.class, "gc")
                .because("when to collect is the program's affair")
                .check(core);
    }

    @Test
    void threadsAreMadeInOnePlace() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.Threads(\\$.*)?")
                .and()
                .doNotHaveSimpleName("RegistryShutdown")
                .should()
                .callConstructor(
                        Thread.class, ThreadGroup.class, Runnable.class, String.class, long.class, boolean.class)
                .orShould()
                .callConstructor(Thread.class, Runnable.class)
                .because("every thread is a daemon with a name that begins with weakref, but for the shutdown hook")
                .check(core);
    }

    @Test
    void eachPackageKnowsOnlyThoseBelow() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("API")
                .definedBy("dev.weakref")
                .layer("table")
                .definedBy("dev.weakref.internal.table")
                .layer("reap")
                .definedBy("dev.weakref.internal.reap")
                .layer("dispatch")
                .definedBy("dev.weakref.internal.dispatch")
                .layer("proxy")
                .definedBy("dev.weakref.internal.proxy")
                .layer("deletion")
                .definedBy("dev.weakref.internal.deletion")
                .layer("support")
                .definedBy("dev.weakref.internal.support")
                .whereLayer("API")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("table")
                .mayOnlyBeAccessedByLayers("API")
                .whereLayer("reap")
                .mayOnlyBeAccessedByLayers("API", "table")
                .whereLayer("dispatch")
                .mayOnlyBeAccessedByLayers("API", "table", "reap")
                .whereLayer("proxy")
                .mayOnlyBeAccessedByLayers("API")
                .whereLayer("deletion")
                .mayOnlyBeAccessedByLayers("API")
                .because("a reader of one package has to know those below it, and none above")
                .check(core);
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching("dev.weakref.(**)")
                .should()
                .beFreeOfCycles()
                .because("a package in a cycle cannot be understood alone")
                .check(core);
    }

    @Test
    void noMoreThanNineClassesNameEachOther() {
        assertThat(new Cycles(core).largest())
                .as("the registry and its finalizers; every other circle is smaller")
                .hasSizeLessThanOrEqualTo(9);
    }

    @Test
    void whatIsPublicNamesNothingThatIsNot() {
        Stream<Class<?>> visible =
                core.stream().<Class<?>>map(JavaClass::reflect).filter(type -> isVisible(type) && isExported(type));

        assertThat(visible.flatMap(type -> Stream.of(type.getDeclaredMethods()))
                        .filter(method -> isVisible(method.getModifiers()) && !method.isBridge())
                        .filter(method -> Stream.concat(
                                        Stream.of(method.getReturnType()), Stream.of(method.getParameterTypes()))
                                .anyMatch(type -> !isVisible(type))))
                .as("methods that code elsewhere could not call on what it gets")
                .isEmpty();
    }

    private static boolean isVisible(Class<?> type) {
        Class<?> plain = type.isArray() ? type.getComponentType() : type;
        return isVisible(plain.getModifiers())
                && (plain.getEnclosingClass() == null || isVisible(plain.getEnclosingClass()));
    }

    private static boolean isExported(Class<?> type) {
        return type.getPackageName().equals("dev.weakref");
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    @Test
    void describingRecordsHoldNoReferents() {
        noFields()
                .that()
                .areDeclaredInClassesThat()
                .haveNameMatching(".*\\.(FinalizerInfo|FinalizerRun|ExitReport|RegistryStats|CollectionStats)")
                .should()
                .haveRawType(Object.class)
                .orShould()
                .haveRawType(Reference.class)
                .orShould()
                .haveRawType(Lock.class)
                .because("who keeps a description must not keep an object alive")
                .check(core);
    }
}
