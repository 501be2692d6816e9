package dev.weakref;

import dev.weakref.internal.reap.CreationLog;
import dev.weakref.internal.reap.Reapable;
import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What concerns all references: what refers to an object, what happens to failing callbacks, and where the library
 * logs.
 *
 * <pre>{@code
 * WeakRefs.of(picture).forEach(hold -> log.info("{} {}", hold.kind(), hold.name()));
 * }</pre>
 *
 * <p>The listing is a tool for diagnosis, not for hot paths: it visits all references with callbacks, all live
 * finalizers and all weak collections of the program, without a lock, and sees each as it is at that moment.
 *
 * @since 0.1
 */
public final class WeakRefs {

    private WeakRefs() {}

    /**
     * How many references, proxies, methods, live finalizers and entries of weak collections refer to an object.
     */
    public static int count(Object referent) {
        return of(referent).size();
    }

    /**
     * What refers to an object: the shared reference, the shared proxies, then other references, proxies and methods
     * newest first, then the live finalizers of each registry newest first, then entries of weak collections in no
     * order. The list holds them, and not the object. It is empty for an object that was never referred to.
     */
    public static List<Hold> of(Object referent) {
        Objects.requireNonNull(referent, "referent");
        List<Hold> holds = new ArrayList<>();
        WeakRef<?> shared = SharedReferences.ALL.reference(referent);
        if (shared != null) {
            holds.add(new Hold(Kind.REFERENCE, null, shared));
        }
        for (Object proxy : SharedReferences.ALL.proxies(referent)) {
            holds.add(new Hold(Kind.PROXY, null, proxy));
        }
        Callbacks.LOG.visitHolders(referent, addTo(holds));
        List<Hold> entries = new ArrayList<>();
        Reaper.SHARED.forEachWatched(reapable -> {
            if (reapable != Callbacks.LOG) {
                reapable.visitHolders(referent, addTo(reapable instanceof CreationLog ? holds : entries));
            }
        });
        holds.addAll(entries);
        return List.copyOf(holds);
    }

    private static Reapable.HolderVisitor addTo(List<Hold> holds) {
        return (holder, name) -> holds.add(new Hold(kindOf(holder), name, holder));
    }

    private static Kind kindOf(Object holder) {
        if (WeakProxy.isProxy(holder)) { // first, since a proxy may be one of a finalizer
            return Kind.PROXY;
        }
        if (holder instanceof WeakRef) {
            return Kind.REFERENCE;
        }
        if (holder instanceof WeakMethod) {
            return Kind.METHOD;
        }
        return holder instanceof Finalizer ? Kind.FINALIZER : Kind.ENTRY;
    }

    /**
     * Handles what callbacks throw, instead of the previous handler; by default a log line of level {@code WARNING}. It
     * is called in the thread that ran the callback; what it throws itself is logged.
     *
     * @param handler is given the dead reference, proxy or method, and the failure; {@code null} for the default
     */
    public static void onCallbackFailure(@Nullable BiConsumer<Object, Throwable> handler) {
        Callbacks.onFailure(handler);
    }

    /**
     * Writes the lines of the library to this logger, instead of the platform's logger {@code dev.weakref}.
     *
     * <p>For frameworks whose logging outlives {@code java.util.logging}, the default backend of the platform loggers:
     * the JDK resets {@code java.util.logging} in a shutdown hook that runs concurrently with those that close
     * registries, so later lines would be lost.
     *
     * <p>If the logger throws a {@link RuntimeException} or a {@link LinkageError}, the line is printed to
     * {@link System#err}, and the library continues.
     *
     * @param logger the logger from now on; {@code null} for the platform's, the default. A {@link FieldLogger} gets
     *     what a line is about as well
     */
    public static void logTo(System.@Nullable Logger logger) {
        Logging.logTo(logger, logger instanceof FieldLogger taking ? taking::logWithFields : null);
    }

    /**
     * Writes the lines of the library to the platform's logger again, if they go to this logger; otherwise does
     * nothing. For a framework that ends: a logger that was chosen after its own stays, even if another thread chooses
     * it at the same time.
     *
     * @param logger the one that was given to {@link #logTo}, compared by identity
     */
    public static void stopLoggingTo(System.Logger logger) {
        Logging.stopLoggingTo(Objects.requireNonNull(logger, "logger"));
    }

    /**
     * A logger that takes what a line is about as keys and values beside its text, for logs that are searched by
     * fields. The keys are in the manual, in the section "Log" of the page on finalizers.
     *
     * @since 0.1
     */
    public interface FieldLogger extends System.Logger {

        /**
         * Logs a line that has fields, after {@link #isLoggable} has returned true for its level. All other lines come
         * by the methods of {@code System.Logger}; a line that was logged while memory or stack was exhausted may come
         * without its fields. Called by any thread.
         *
         * @param message the text, which is the same as without fields
         * @param fields strings and numbers by key, not empty, in the order of the manual; unmodifiable
         */
        void logWithFields(Level level, String message, @Nullable Throwable failure, Map<String, Object> fields);
    }

    /**
     * One thing that refers to an object.
     *
     * @param kind what it is
     * @param name the name of the finalizer or of the collection, if it has one
     * @param holder the reference, proxy, method or finalizer itself, or the collection that has the entry
     */
    public record Hold(Kind kind, @Nullable String name, Object holder) {

        /** Whether it is of the same kind and name, with the same holder by identity: a holder may be a dead proxy. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Hold hold
                    && hold.holder == holder
                    && hold.kind == kind
                    && Objects.equals(hold.name, name);
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(holder);
        }

        /** Says what the holder is by class, never by value. */
        @Override
        public String toString() {
            String what = kind == Kind.PROXY
                    ? WeakProxy.describe(holder)
                    : holder.getClass().getName();
            return "Hold[" + kind + (name == null ? "" : " '" + Names.escape(name) + "'") + ", " + what + "]";
        }
    }

    /** What refers to an object. */
    public enum Kind {
        /** A {@link WeakRef}. */
        REFERENCE,
        /** A proxy made by {@link WeakProxy}. */
        PROXY,
        /** A {@link WeakMethod}. */
        METHOD,
        /** A live {@link Finalizer}. */
        FINALIZER,
        /** An entry of a weak collection. */
        ENTRY
    }
}
