package dev.weakref.docs;

import dev.weakref.WeakRef;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

// example: extended reference
class ExtendedRef<T> extends WeakRef<T> {

    private final String color;
    private final AtomicInteger calls = new AtomicInteger();

    ExtendedRef(T referent, @Nullable Consumer<? super WeakRef<T>> callback, String color) {
        super(referent, callback);
        this.color = color;
    }

    @Override
    public @Nullable T get() {
        T referent = super.get();
        if (referent != null) {
            calls.incrementAndGet();
        }
        return referent;
    }

    /** How often the referent has been got. */
    int calls() {
        return calls.get();
    }

    String color() {
        return color;
    }
}
// end
