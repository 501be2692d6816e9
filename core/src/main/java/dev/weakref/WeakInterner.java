package dev.weakref;

import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.support.Names;
import dev.weakref.internal.table.TableOptions;
import dev.weakref.internal.table.WeakTable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one canonical instance of equal objects, for as long as it is held elsewhere.
 *
 * <pre>{@code
 * WeakInterner<Currency> currencies = WeakInterner.create();
 * Currency euro = currencies.intern(parsed);   // the same object for all equal currencies
 * }</pre>
 *
 * <p>Samples are compared by {@code equals}; {@code null} is refused. For use by any thread: all threads that intern
 * equal samples at the same time get the same one, and actions before interning an object <i>happen-before</i> actions
 * after another thread has got it. An instance that is not held elsewhere is collected, and the next equal sample
 * replaces it.
 *
 * <p>For samples of value-based classes, such as {@code Integer} or {@code LocalDate}, a warning is logged, once for
 * each class: they have no identity that could be kept, and a later JDK that makes them value classes refuses to
 * refer to them weakly.
 *
 * <p>For constants, an {@code enum} is simpler; for strings that live as long as the program, {@link String#intern()}.
 *
 * @param <T> the type of the instances
 * @since 0.1
 */
public final class WeakInterner<T> {

    final WeakTable<T, Boolean> table;

    private WeakInterner(@Nullable String name) {
        table = new WeakTable<>(
                new TableOptions<>(TableOptions.Kind.WEAK_KEYS, Reaper.SHARED, name, 0, false, null, null));
        table.belongsTo(this);
    }

    /** An empty interner. */
    public static <T> WeakInterner<T> create() {
        LibraryInitializer.ensure();
        return new WeakInterner<>(null);
    }

    /**
     * An empty interner with a name in its statistics.
     *
     * @throws IllegalArgumentException if it is blank or longer than 200 characters
     */
    public static <T> WeakInterner<T> create(String name) {
        Names.check(name, "interner name");
        LibraryInitializer.ensure();
        return new WeakInterner<>(name);
    }

    /** The counters of this interner: {@code added} are the samples that became the instance. */
    public CollectionStats stats() {
        return CollectionOptions.stats(table);
    }

    /** The live instance that equals the sample; the sample itself, from now on, if there is none. */
    public T intern(T sample) {
        Objects.requireNonNull(sample, "sample");
        while (true) {
            T canonical = table.getKey(sample);
            if (canonical != null) {
                return canonical;
            }
            if (table.put(sample, true, WeakTable.When.ABSENT) == null) {
                return sample;
            }
        }
    }
}
