package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import com.google.common.collect.MapMaker;
import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.TempFiles;
import dev.weakref.WeakInterner;
import dev.weakref.WeakKeyMap;
import dev.weakref.WeakValueMap;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What others wrote and write now, as docs/coming-from.md shows it. */
class ComingFromExamplesTests {

    private final FinalizerRegistry registry = FinalizerRegistry.create("examples");
    private final Set<Long> allocated = ConcurrentHashMap.newKeySet();

    @AfterEach
    void close() {
        registry.close();
    }

    // example: state of a cleaner
    /** A class of its own, so that it holds nothing of the buffer. */
    record Free(Set<Long> allocated, long address) implements Runnable {
        @Override
        public void run() {
            allocated.remove(address);
        }
    }
    // end

    @Test
    void aCleanerFreesMemory() {
        Object buffer = new Object();
        long address = 42;
        allocated.add(address);
        // example: cleaner
        Cleaner cleaner = Cleaner.create();
        Cleaner.Cleanable cleanable = cleaner.register(buffer, new Free(allocated, address));
        cleanable.clean();
        // end
        assertThat(allocated).isEmpty();
        Reference.reachabilityFence(buffer);
    }

    @Test
    void aFinalizerFreesMemory() throws Exception {
        Object buffer = new Object();
        long address = 42;
        allocated.add(address);
        // example: in place of a cleaner
        FinalizerRegistry registry = FinalizerRegistry.create("buffers");
        Finalizer<Void> finalizer = registry.register(buffer, address, allocated::remove);
        finalizer.call();
        // end
        registry.close();
        assertThat(allocated).isEmpty();
        Reference.reachabilityFence(buffer);
    }

    @Test
    void theCollectionsOfGuavaAndTheirCounterpartsHoldTheSame() {
        Picture cat = new Picture("cat");
        // example: Guava
        ConcurrentMap<String, Picture> pictures = new MapMaker().weakValues().makeMap();
        Cache<Picture, Integer> sizes = CacheBuilder.newBuilder().weakKeys().build();
        Interner<Picture> interner = Interners.newWeakInterner();
        // end
        pictures.put("cat", cat);
        sizes.put(cat, 3);
        // example: in place of Guava
        WeakValueMap<String, Picture> weakPictures = WeakValueMap.create();
        WeakKeyMap<Picture, Integer> weakSizes = WeakKeyMap.identity();
        WeakInterner<Picture> weakInterner = WeakInterner.create();
        // end
        weakPictures.put("cat", cat);
        weakSizes.put(cat, 3);

        assertThat(weakPictures.get("cat")).isSameAs(pictures.get("cat"));
        assertThat(weakSizes.get(cat)).isEqualTo(sizes.getIfPresent(cat));
        assertThat(weakInterner.intern(cat)).isSameAs(interner.intern(cat));
        Picture equal = new Picture("cat");
        assertThat(weakSizes.get(equal)).isEqualTo(sizes.getIfPresent(equal)).isNull();
        assertThat(weakInterner.intern(equal)).isSameAs(interner.intern(equal)).isSameAs(cat);
    }

    @Test
    void temporaryFilesGoWithTheirOwnerAndNotOnlyAtExit() throws IOException {
        Object request = new Object();
        // example: in place of deleteOnExit
        TempFiles.Bound upload = TempFiles.of(registry).file(request, "upload", ".tmp");
        // end
        assertThat(upload.path()).exists();

        registry.close();

        assertThat(upload.path()).doesNotExist();
        Reference.reachabilityFence(request);
    }

    record Picture(String name) {}
}
