package dev.weakref;

import dev.weakref.internal.support.ValueBased;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A weak reference that may call back when its referent has been collected, and that compares as its referent does.
 *
 * <pre>{@code
 * WeakRef<Picture> ref = WeakRef.of(picture, dead -> log.info("a picture has gone"));
 * Picture alive = ref.get();   // or null
 * if (alive != null) {
 *     alive.paint();
 * }
 * }</pre>
 *
 * <p><b>Identity.</b> References without a callback, made by {@link #of(Object)}, are one shared object for each
 * referent, for as long as the program holds that object; once dropped it is collected, and the next call makes a new
 * one. Since all callers have the same object, {@link #clear()} and {@link #enqueue()} throw an
 * {@link UnsupportedOperationException} there. With a callback, or of a subclass, it is always a new object.
 *
 * <p><b>Equality.</b> While both referents live, two references are equal if these are; otherwise only a reference and
 * itself. It never equals anything that is not a {@code WeakRef}. The hash is the referent's, taken when it is first
 * asked for and then kept.
 *
 * <p><b>Callbacks</b> run at most once, in a thread of the library, with the dead reference; those of one object newest
 * first, and after all references to the object have been cleared. The library holds references with callbacks weakly:
 * one that was itself collected before its referent, or together with it, does not call back. Keep the reference, or
 * use a {@link FinalizerRegistry}, if the callback matters. A callback that holds the referent keeps it alive for ever.
 *
 * <p><b>Useless referents.</b> Objects of value-based classes (boxed numbers, {@code Optional}, {@code LocalDate}, …)
 * may be collected although an equal one is in use, or never: a warning is logged, once for each class. Constants,
 * string literals and lambdas that capture nothing are never collected.
 *
 * <p>Subclasses may carry data and override {@link #get()}; equality and hash do not ask the override. A callback may
 * run before the constructor of a subclass has ended, unless the referent is held until then.
 *
 * @param <T> the type of the referent
 * @since 0.1
 */
public class WeakRef<T> extends WeakReference<T> {

    /** Set once the hash was computed, which may be zero. */
    private static final long HASHED = 1L << Integer.SIZE;

    private static final VarHandle HASH;

    static {
        try {
            HASH = MethodHandles.lookup().findVarHandle(WeakRef.class, "hash", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private volatile @Nullable Consumer<? super WeakRef<T>> callback;

    /** Its node in the log, which decides whether it calls back; shared references have none. */
    final @Nullable CallbackNode node;

    /** The key of a shared reference; the others have none. */
    private final SharedReferences.@Nullable Key key;

    private volatile long hash;

    /** For subclasses: a reference of its own, without a callback. */
    @SuppressWarnings("this-escape") // only a shared one is given to its key, and a subclass is never shared
    protected WeakRef(T referent) {
        this(referent, null, true);
    }

    /** For subclasses: a reference of its own; a {@code null} callback is no callback. */
    @SuppressWarnings("this-escape") // only a shared one is given to its key, and a subclass is never shared
    protected WeakRef(T referent, @Nullable Consumer<? super WeakRef<T>> callback) {
        this(referent, callback, true);
    }

    /** @param ownEntry whether it has a node in the log, as all but the shared ones */
    private WeakRef(T referent, @Nullable Consumer<? super WeakRef<T>> callback, boolean ownEntry) {
        super(Objects.requireNonNull(referent, "referent"), queueFor(referent, callback));
        this.callback = callback;
        node = ownEntry ? new Call(referent, this) : null;
        key = ownEntry ? null : new SharedReferences.Key(this, this, referent);
        if (node != null) {
            try {
                Callbacks.LOG.append(node);
            } finally {
                Reference.reachabilityFence(referent); // the log needs it until the slot is written
            }
        }
    }

    private static @Nullable ReferenceQueue<Object> queueFor(Object referent, @Nullable Object callback) {
        LibraryInitializer.ensure();
        ValueBased.warn(referent);
        return callback == null ? null : Callbacks.LOG.queue;
    }

    /** The shared reference to this object: the same one for as long as the program holds it. */
    public static <T> WeakRef<T> of(T referent) {
        LibraryInitializer.ensure();
        return shared(SharedReferences.ALL, Objects.requireNonNull(referent, "referent"));
    }

    @SuppressWarnings("unchecked") // what is shared for this referent refers to it
    static <T> WeakRef<T> shared(SharedReferences holders, T referent) {
        WeakRef<T> known = holders.reference(referent);
        return known != null
                ? known
                : (WeakRef<T>)
                        holders.share(Objects.requireNonNull(new WeakRef<>(referent, null, false).key), referent);
    }

    /** A new reference to this object that calls back; the shared one if the callback is {@code null}. */
    public static <T> WeakRef<T> of(T referent, @Nullable Consumer<? super WeakRef<T>> callback) {
        return callback == null ? of(referent) : new WeakRef<>(referent, callback);
    }

    /** The referent, or {@code null} if it has been collected; one atomic read. */
    @Override
    public @Nullable T get() {
        return super.get();
    }

    /**
     * The callback; {@code null} if there is none, and as soon as the referent is dead, during the callback as well.
     */
    public final @Nullable Consumer<? super WeakRef<T>> callback() {
        return refersTo(null) ? null : callback;
    }

    /**
     * Makes it dead at once, without a callback, whether the referent lives or not. A callback that is running
     * continues.
     *
     * @throws UnsupportedOperationException if it is shared, dead or alive
     */
    @Override
    public void clear() {
        refuseIfShared("cleared");
        if (node != null) {
            node.cancel();
        }
        callback = null;
        super.clear();
    }

    /**
     * Does what the collector does when the referent dies: makes it dead, and lets it call back soon.
     *
     * @return whether it was to call back
     * @throws UnsupportedOperationException if it is shared, dead or alive
     */
    @Override
    public boolean enqueue() {
        refuseIfShared("enqueued");
        return die();
    }

    private void refuseIfShared(String what) {
        if (key != null) {
            throw new UnsupportedOperationException(
                    this + " cannot be " + what + ": it is shared by all that have called WeakRef.of(referent);"
                            + " use a reference with a callback or of a subclass, or drop this one");
        }
    }

    /** Does what the collector does when the referent dies, also to a shared reference; whether it was to call back. */
    final boolean die() {
        super.enqueue();
        if (node == null || node.isDone()) {
            return false;
        }
        boolean callsBack = callback != null; // read first: from here on the callback may run at any moment
        boolean queued = node.enqueue();
        node.log().requestSweep();
        return queued && callsBack;
    }

    /** As the referents, while both live; otherwise whether it is the same reference. */
    @Override
    public final boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof WeakRef<?> ref)) {
            return false;
        }
        Object mine = super.get();
        Object theirs = ref.referent();
        return mine != null && theirs != null && mine.equals(theirs);
    }

    /**
     * The hash of the referent, kept from the first call on.
     *
     * @throws IllegalStateException if it is first asked for after the referent has died
     */
    @Override
    public final int hashCode() {
        if (hash == 0) {
            Object referent = super.get();
            if (referent == null) {
                throw new IllegalStateException(
                        "The referent was collected before its hash was computed; call hashCode() while it lives");
            }
            HASH.compareAndSet(this, 0L, HASHED | Integer.toUnsignedLong(referent.hashCode()));
        }
        return (int) hash;
    }

    /** What it refers to by class, never by value. */
    @Override
    public String toString() {
        Object referent = super.get();
        return "WeakRef[" + (referent == null ? "dead" : referent.getClass().getName()) + "]";
    }

    private @Nullable Object referent() {
        return super.get();
    }

    private void callBack() {
        Consumer<? super WeakRef<T>> mine = callback;
        callback = null;
        Callbacks.call(this, mine);
    }

    /** The callback of a reference in the log. */
    private static final class Call extends CallbackNode {

        Call(Object referent, WeakRef<?> owner) {
            super(referent, owner);
        }

        @Override
        void fire(Object owner) {
            ((WeakRef<?>) owner).callBack();
        }
    }
}
