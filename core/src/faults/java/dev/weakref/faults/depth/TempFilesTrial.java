package dev.weakref.faults.depth;

import dev.weakref.FinalizerRegistry;
import dev.weakref.TempFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An operation of temporary files: what was bound is deleted when the registry has been closed. What a deletion that
 * overflowed has left is deleted again then, so it may stay until then.
 */
final class TempFilesTrial extends Trial {

    private final Path parent;
    private final FinalizerRegistry registry = FinalizerTrial.registry("files");
    private final TempFiles files;
    private final boolean bound;
    private final Body<TempFilesTrial> body;
    private final Object owner = new Object();
    private final List<Path> all = new ArrayList<>();
    private Path[] paths = {};
    private TempFiles.Bound[] bounds = {};
    private int batches;

    TempFilesTrial(String name, boolean bound, Body<TempFilesTrial> body) {
        super(name);
        this.bound = bound;
        this.body = body;
        parent = directory();
        files = TempFiles.of(registry, parent);
    }

    private static Path directory() {
        try {
            return Files.createTempDirectory("weakref-faults");
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    static List<Operation> operations() {
        return List.of(
                operation("TempFiles directory", false, (t, i) -> t.bounds[i] = t.files.directory(t.owner, "made")),
                operation("TempFiles file", false, (t, i) -> t.bounds[i] = t.files.file(t.owner, "made", ".tmp")),
                operation("TempFiles bind", false, (t, i) -> t.bounds[i] = t.files.bind(t.owner, t.paths[i])),
                operation("TempFiles close", true, (t, i) -> t.bounds[i].close()));
    }

    private static Operation operation(String operation, boolean bound, Body<TempFilesTrial> body) {
        return new Operation(operation, name -> new TempFilesTrial(name, bound, body));
    }

    @Override
    void prepare() {
        keep();
        paths = new Path[STEPS];
        bounds = new TempFiles.Bound[STEPS];
        for (int i = 0; i < STEPS; i++) {
            paths[i] = parent.resolve(batches * STEPS + i + ".bound");
            if (bound || name.endsWith("bind")) {
                create(paths[i]);
            }
            if (bound) {
                bounds[i] = files.bind(owner, paths[i]);
            }
        }
        batches++;
    }

    private static void create(Path path) {
        try {
            Files.createFile(path);
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    @Override
    void at(int step) throws Throwable {
        body.run(this, step);
    }

    @Override
    void check(int step, boolean returned) {
        TempFiles.Bound it = bounds[step];
        if (it != null && step % 2 == 0) {
            boolean deletes = returned || it.finalizer().isAlive();
            it.close();
            expect(!deletes || Files.notExists(it.path()), "a file is still there after its close");
        }
    }

    private void keep() {
        for (TempFiles.Bound it : bounds) {
            if (it != null) {
                all.add(it.path());
            }
        }
    }

    @Override
    void end() throws IOException {
        keep();
        registry.close();
        for (Path each : all) {
            expect(Files.notExists(each), "a file was not deleted");
        }
        deleteParent();
    }

    /** With what stayed with the caller. */
    private void deleteParent() throws IOException {
        try (var left = Files.list(parent)) {
            for (Path each : left.toList()) {
                Files.delete(each);
            }
        }
        Files.delete(parent);
    }
}
