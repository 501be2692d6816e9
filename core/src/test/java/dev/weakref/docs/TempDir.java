package dev.weakref.docs;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

// example: temporary directory
class TempDir {

    private final Path name;
    private final Finalizer<Void> finalizer;

    TempDir(FinalizerRegistry registry) throws IOException {
        name = Files.createTempDirectory("example");
        finalizer = registry.register(this, name, TempDir::deleteTree);
    }

    Path name() {
        return name;
    }

    void remove() {
        finalizer.close();
    }

    boolean removed() {
        return !finalizer.isAlive();
    }

    private static void deleteTree(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
// end
