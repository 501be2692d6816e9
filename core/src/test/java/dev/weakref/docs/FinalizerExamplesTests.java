package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.FinalizerRegistry.Action;
import dev.weakref.FinalizerRegistry.StateFunction;
import dev.weakref.Gc;
import dev.weakref.Programs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Finalizers, as docs/from-python.md shows them: it has each part between {@code example} and {@code end}. */
@Timeout(120)
class FinalizerExamplesTests {

    private final FinalizerRegistry registry = FinalizerRegistry.create("examples");
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    @Tag("collects")
    void nobodyHasToKeepAFinalizer() {
        // example: kenny
        Object kenny = new Object();
        registry.register(kenny, "You killed Kenny!", out::println);

        kenny = null; // prints "You killed Kenny!" once the collector has found out
        // end
        Gc.awaitTrue(() -> !lines().isEmpty(), "Kenny lives");
        assertThat(lines()).containsExactly("You killed Kenny!");
    }

    // example: callback
    record Numbers(int x, int y, int z) {}

    private final StateFunction<Numbers, Integer> callback = numbers -> {
        out.println("CALLBACK");
        return numbers.x() + numbers.y() + numbers.z();
    };
    // end

    @Test
    @Tag("collects")
    void aFinalizerThatIsCalledDirectlyRunsOnce() throws Exception {
        // example: call
        Object obj = new Object();
        Finalizer<Integer> f =
                registry.finalizer(obj).state(new Numbers(1, 2, 3)).call(callback);
        assertThat(f.isAlive()).isTrue();
        assertThat(f.call()).isEqualTo(6); // prints "CALLBACK"
        assertThat(f.isAlive()).isFalse();

        assertThat(f.call()).isNull(); // callback not called because the finalizer is dead
        obj = null; // callback not called because the finalizer is dead
        // end
        registry.register(new Object(), "later", out::println);
        Gc.awaitTrue(() -> lines().contains("later"), "the later one has not run");
        assertThat(lines()).containsExactly("CALLBACK", "later");
    }

    @Test
    void aFinalizerThatIsDetachedReturnsWhatItWasMadeOf() throws Exception {
        // example: detach
        Object obj = new Object();
        Finalizer<Integer> f =
                registry.finalizer(obj).state(new Numbers(1, 2, 3)).call(callback);
        Finalizer.Detached detached = f.detach();
        assertThat(f.isAlive()).isFalse();

        assertThat(detached.referent()).isSameAs(obj);
        assertThat(detached.action()).isSameAs(callback);
        assertThat(callback.call((Numbers) detached.state())).isEqualTo(6); // prints "CALLBACK"
        // end
        registry.close();
        assertThat(lines()).containsExactly("CALLBACK");
    }

    @Test
    void aFinalizerIsCalledWhenTheProgramExits() throws Exception {
        assertThat(Programs.outputOf(Exiting.class)).containsExactly("obj dead or exiting");
    }

    @Test
    void aTemporaryDirectoryGoesWhenItIsRemoved() throws IOException {
        TempDir directory = filled(new TempDir(registry));
        assertThat(directory.removed()).isFalse();

        directory.remove();

        assertThat(directory.removed()).isTrue();
        assertThat(directory.name()).doesNotExist();
    }

    @Test
    @Tag("collects")
    void aTemporaryDirectoryGoesWhenItIsCollected() throws IOException {
        Path name = filled(new TempDir(registry)).name();

        Gc.awaitTrue(() -> Files.notExists(name), "the directory is still there");
    }

    @Test
    void aTemporaryDirectoryGoesWhenTheProgramExits() throws IOException {
        TempDir directory = filled(new TempDir(registry));

        registry.close();

        assertThat(directory.removed()).isTrue();
        assertThat(directory.name()).doesNotExist();
    }

    private static TempDir filled(TempDir directory) throws IOException {
        Files.writeString(
                Files.createDirectory(directory.name().resolve("below")).resolve("file"), "content");
        return directory;
    }

    @Test
    @Tag("collects")
    void aFinalizerOfAClassLoaderRunsWhenItsClassesAreUnloaded() throws Exception {
        URL classes = Plugin.class.getProtectionDomain().getCodeSource().getLocation();
        // example: unloading
        URLClassLoader loader = new URLClassLoader(new URL[] {classes}, null);
        Class<?> plugin = loader.loadClass(Plugin.class.getName());
        registry.register(loader, plugin.getName(), name -> out.println(name + " is unloaded"));

        loader.close();
        loader = null;
        plugin = null; // prints once nobody holds an object, a class or a thread of the plugin
        // end
        Gc.awaitTrue(() -> !lines().isEmpty(), "the loader is still reachable");
        assertThat(lines()).containsExactly(Plugin.class.getName() + " is unloaded");
    }

    @Test
    @Tag("collects")
    void anActionOfAClassOfTheLoaderKeepsTheLoader() {
        WeakReference<ClassLoader> kept = loaderOfAnAction(true);
        WeakReference<ClassLoader> free = loaderOfAnAction(false);

        Gc.awaitCleared(free);

        assertThat(kept.refersTo(null)).isFalse();
    }

    private WeakReference<ClassLoader> loaderOfAnAction(boolean register) {
        ClassLoader loader = new URLClassLoader(new URL[0], getClass().getClassLoader());
        Action action = (Action) Proxy.newProxyInstance(loader, new Class<?>[] {Action.class}, (a, b, c) -> null);
        if (register) {
            registry.register(loader, action);
        }
        return new WeakReference<>(loader);
    }

    /** What stands for a module that is unloaded. */
    public static class Plugin {}

    private List<String> lines() {
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
