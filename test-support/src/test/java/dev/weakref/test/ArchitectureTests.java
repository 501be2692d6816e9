package dev.weakref.test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(
        Lifecycle.PER_CLASS) // the classes go with it, or every collection that a later test asks for would pass them
class ArchitectureTests {

    private final JavaClasses classes = new ClassFileImporter()
            .importUrl(Gc.class.getProtectionDomain().getCodeSource().getLocation());

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
    void oneClassCollectsAndSleeps() {
        noClasses()
                .that()
                .doNotHaveSimpleName("Gc")
                .should()
                .callMethod(System.class, "gc")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .because("all that waits has a deadline and a message")
                .check(classes);
    }

    @Test
    void whatIsPlainNeedsNeitherJUnitNorAssertJ() {
        noClasses()
                .that()
                .haveNameMatching(".*\\.(Gc|HeapDump|StillReachable|WeakSizes|ParanoidLevel|FinalizerLines)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.junit..", "org.assertj..")
                .because("both are optional")
                .check(classes);
    }

    @Test
    void assertionsDoNotNeedJUnit() {
        noClasses()
                .that()
                .haveSimpleNameEndingWith("Assert")
                .or()
                .haveSimpleName("WeakrefAssertions")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.junit..")
                .because("AssertJ is used with other runners, too")
                .check(classes);
    }

    @Test
    void theExtensionsDoNotNeedAssertJ() {
        noClasses()
                .that()
                .haveNameMatching(".*\\.(OpenFinalizer.*|Reachability.*)")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.assertj..")
                .because("JUnit is used without AssertJ, too")
                .check(classes);
    }
}
