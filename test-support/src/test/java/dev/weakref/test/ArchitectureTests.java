package dev.weakref.test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

class ArchitectureTests {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importUrl(Gc.class.getProtectionDomain().getCodeSource().getLocation());

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
                .check(CLASSES);
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
                .check(CLASSES);
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
                .check(CLASSES);
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
                .check(CLASSES);
    }
}
