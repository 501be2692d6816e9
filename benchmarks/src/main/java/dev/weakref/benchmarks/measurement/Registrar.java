package dev.weakref.benchmarks.measurement;

import dev.weakref.CaptureCheck;
import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.LeakLevel;
import dev.weakref.WeakRef;
import java.lang.ref.Cleaner;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Something that ties actions to the death of objects, as the measurements use it, whoever made it. */
interface Registrar {

    /** An action that captures what it is to release. */
    Object action(Resource resource);

    Object register(Object referent, Object action);

    /** Does explicitly, with what {@code register} has returned, what would be done after the referent's death. */
    void call(Object handle);

    /** Says that nothing more will be registered. */
    default void close() {}

    static Registrar of(Peer peer) {
        return switch (peer) {
            case CORE ->
                new Core(FinalizerRegistry.builder()
                        .captureCheck(CaptureCheck.OFF)
                        .build());
            case CORE_CHECKED -> new Core(FinalizerRegistry.create());
            case CORE_DISABLED -> atLevel(LeakLevel.DISABLED);
            case CORE_ADVANCED -> atLevel(LeakLevel.ADVANCED);
            case CORE_PARANOID -> atLevel(LeakLevel.PARANOID);
            case CORE_STATE ->
                new CoreWithState(FinalizerRegistry.builder()
                        .captureCheck(CaptureCheck.OFF)
                        .build());
            case CORE_LISTENED -> {
                LongAdder runs = new LongAdder();
                yield new Core(FinalizerRegistry.builder()
                        .captureCheck(CaptureCheck.OFF)
                        .listener(run -> runs.increment())
                        .build());
            }
            case CORE_CALLBACK -> new Callbacks();
            case CORE_SHARED -> new SharedReferences();
            case CLEANER -> new Cleaning(Cleaner.create());
            case CLEANER_AND_CLOCK -> new CleaningWithTime(new Cleaning(Cleaner.create()));
            case BARE -> new Bare(new ReferenceQueue<>());
            default -> throw new IllegalArgumentException(peer + " ties no actions to the death of objects");
        };
    }

    private static Registrar atLevel(LeakLevel level) {
        return new Core(FinalizerRegistry.builder()
                .captureCheck(CaptureCheck.OFF)
                .leakLevel(level)
                .build());
    }

    /** What an action releases; counts how often that was done. */
    final class Resource {

        private static final AtomicIntegerFieldUpdater<Resource> RELEASED =
                AtomicIntegerFieldUpdater.newUpdater(Resource.class, "released");

        private volatile int released;

        /** By one thread at a time. */
        void release() {
            RELEASED.lazySet(this, released + 1);
        }

        int released() {
            return released;
        }
    }

    /** Finalizers. */
    record Core(FinalizerRegistry registry) implements Registrar {

        @Override
        public Object action(Resource resource) {
            return (FinalizerRegistry.Action) resource::release;
        }

        @Override
        public Object register(Object referent, Object action) {
            return registry.register(referent, (FinalizerRegistry.Action) action);
        }

        @Override
        public void call(Object handle) {
            ((Finalizer<?>) handle).close();
        }

        @Override
        public void close() {
            registry.close();
        }
    }

    /** Finalizers whose action is given a state. */
    record CoreWithState(FinalizerRegistry registry) implements Registrar {

        @Override
        public Object action(Resource resource) {
            return resource;
        }

        @Override
        public Object register(Object referent, Object action) {
            return registry.register(referent, (Resource) action, Resource::release);
        }

        @Override
        public void call(Object handle) {
            ((Finalizer<?>) handle).close();
        }

        @Override
        public void close() {
            registry.close();
        }
    }

    /** The JDK's own. */
    record Cleaning(Cleaner cleaner) implements Registrar {

        @Override
        public Object action(Resource resource) {
            return (Runnable) resource::release;
        }

        @Override
        public Object register(Object referent, Object action) {
            return cleaner.register(referent, (Runnable) action);
        }

        @Override
        public void call(Object handle) {
            ((Cleaner.Cleanable) handle).clean();
        }
    }

    /** The same for those who want to know when: what no registration can do without that keeps its time. */
    record CleaningWithTime(Cleaning cleaning) implements Registrar {

        @Override
        public Object action(Resource resource) {
            return cleaning.action(resource);
        }

        @Override
        public Object register(Object referent, Object action) {
            return new Timed(System.currentTimeMillis(), cleaning.register(referent, action));
        }

        @Override
        public void call(Object handle) {
            cleaning.call(((Timed) handle).cleanable);
        }

        private record Timed(long created, Object cleanable) {}
    }

    /** References that call back. */
    record Callbacks() implements Registrar {

        @Override
        public Object action(Resource resource) {
            return (Consumer<WeakRef<Object>>) dead -> resource.release();
        }

        @Override
        @SuppressWarnings("unchecked")
        public Object register(Object referent, Object action) {
            return WeakRef.of(referent, (Consumer<WeakRef<Object>>) action);
        }

        @Override
        public void call(Object handle) {
            ((WeakRef<?>) handle).clear();
        }
    }

    /** References without a callback, one for each object. */
    record SharedReferences() implements Registrar {

        @Override
        public Object action(Resource resource) {
            return resource;
        }

        @Override
        public Object register(Object referent, Object action) {
            return WeakRef.of(referent);
        }

        @Override
        public void call(Object handle) {
            // nothing is to be done: it goes once nothing holds it
        }
    }

    /** A reference that will stand on a queue, and nothing else: the limit. */
    record Bare(ReferenceQueue<Object> queue) implements Registrar {

        @Override
        public Object action(Resource resource) {
            return resource;
        }

        @Override
        public Object register(Object referent, Object action) {
            return new WeakReference<>(referent, queue);
        }

        @Override
        public void call(Object handle) {
            ((WeakReference<?>) handle).clear();
        }
    }
}
