package dev.weakref.test.docs;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Uploads: the part of a file that has arrived is deleted when its upload is closed, or forgotten. */
class Uploads {

    private final Set<String> parts = ConcurrentHashMap.newKeySet();
    private final FinalizerRegistry registry;

    Uploads(FinalizerRegistry registry) {
        this.registry = registry;
    }

    Upload begin(String name) {
        parts.add(name);
        return new Upload(name);
    }

    Set<String> parts() {
        return parts;
    }

    class Upload implements AutoCloseable {

        private final Finalizer<Void> finalizer;

        Upload(String name) {
            finalizer =
                    registry.finalizer(this).name("part of " + name).state(name).run(parts::remove);
        }

        @Override
        public void close() {
            finalizer.close();
        }
    }
}
