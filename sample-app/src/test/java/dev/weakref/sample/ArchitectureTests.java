package dev.weakref.sample;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(
        Lifecycle.PER_CLASS) // the classes go with it, or every collection that a later test asks for would pass them
class ArchitectureTests {

    private final JavaClasses classes = new ClassFileImporter()
            .importUrl(SampleApplication.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation());

    @Test
    void subjectsAreInNoCycle() {
        slices().matching("dev.weakref.(**)")
                .should()
                .beFreeOfCycles()
                .because("a reader can begin with the subject that knows no other, and go on from there")
                .check(classes);
    }

    @Test
    void nothingNamesTheInternalsOfCore() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.weakref.internal..")
                .because("the sample uses what users have, and they have what the module exports")
                .check(classes);
    }
}
