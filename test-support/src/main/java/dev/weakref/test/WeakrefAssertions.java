package dev.weakref.test;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakKeyMap;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import java.lang.ref.Reference;

/**
 * AssertJ assertions for registries, finalizers, references and weak collections. Import {@code assertThat} from here
 * and from AssertJ, both: the compiler takes the one that fits.
 *
 * <pre>{@code
 * assertThat(registry).hasNoLiveFinalizers();
 * assertThat(finalizer).eventuallyRanBecause(Trigger.UNREACHABLE);
 * assertThat(pictures).keepsSize(1);          // what is held stays
 * assertThat(pictures).eventuallyHasSize(0);  // what is not goes
 * }</pre>
 *
 * <p>Assertions that begin with {@code eventually} collect, as {@link Gc} does, and those that begin with {@code keeps}
 * collect three times before they look. The others look once.
 *
 * @since 0.1
 */
public final class WeakrefAssertions {

    private WeakrefAssertions() {}

    /** For the finalizers of a registry. */
    public static FinalizerRegistryAssert assertThat(FinalizerRegistry actual) {
        return new FinalizerRegistryAssert(actual);
    }

    /** For one finalizer. */
    public static FinalizerAssert assertThat(Finalizer<?> actual) {
        return new FinalizerAssert(actual);
    }

    /** For a reference, a {@link dev.weakref.WeakRef} or any other. */
    public static ReferenceAssert assertThat(Reference<?> actual) {
        return new ReferenceAssert(actual);
    }

    /** For a map, with all that AssertJ has for maps. */
    public static <K, V> WeakMapAssert<K, V> assertThat(WeakKeyMap<K, V> actual) {
        return new WeakMapAssert<>(actual, () -> actual.estimatedSize());
    }

    /** For a map, with all that AssertJ has for maps. */
    public static <K, V> WeakMapAssert<K, V> assertThat(WeakValueMap<K, V> actual) {
        return new WeakMapAssert<>(actual, () -> actual.estimatedSize());
    }

    /** For a set, with all that AssertJ has for collections. */
    public static <E> WeakSetAssert<E> assertThat(WeakSet<E> actual) {
        return new WeakSetAssert<>(actual, () -> actual.estimatedSize());
    }
}
