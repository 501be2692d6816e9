package dev.weakref.docs;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import java.nio.file.Files;
import java.nio.file.Path;

// example: first steps
class FirstSteps {
    public static void main(String[] args) throws Exception {
        FinalizerRegistry registry = FinalizerRegistry.create("first steps");

        Object workspace = new Object(); // what your code holds
        Path directory = Files.createTempDirectory("workspace"); // what has to be deleted when it does not
        registry.register(workspace, directory, Files::delete);

        workspace = null;
        while (Files.exists(directory)) {
            System.gc(); // an application leaves that to the JVM
            Thread.sleep(10);
        }
        System.out.println("Forgotten, and its directory is gone");

        Object other = new Object();
        Finalizer<Void> finalizer = registry.register(other, () -> System.out.println("Called explicitly"));
        finalizer.call();
        finalizer.call(); // does nothing: once is once

        registry.register(other, () -> System.out.println("At exit, the older one"));
        registry.register(other, () -> System.out.println("At exit, the newer one"));
        registry.close();
    }
}
// end
