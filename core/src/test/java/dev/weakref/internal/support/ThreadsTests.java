package dev.weakref.internal.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.Gc;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ThreadsTests {

    @Test
    @Tag("collects")
    void threadHoldsNoClassLoaderOfWhoeverHasStartedIt() throws Exception {
        Thread[] made = new Thread[1];
        WeakReference<ClassLoader> application = makeThreadInAnApplication(made);

        Gc.awaitCleared(application);

        assertThat(made[0].getName()).isEqualTo("shared-1");
        Reference.reachabilityFence(made);
    }

    private static WeakReference<ClassLoader> makeThreadInAnApplication(Thread[] made) throws Exception {
        ClassLoader loader = new ApplicationLoader();
        @SuppressWarnings("unchecked")
        BiFunction<ThreadFactory, Runnable, Thread> application = (BiFunction<ThreadFactory, Runnable, Thread>)
                loader.loadClass(Application.class.getName()).getConstructor().newInstance();
        assertThat(application).isNotInstanceOf(Application.class);
        made[0] = application.apply(Threads.daemons("shared", null), () -> {});
        return new WeakReference<>(loader);
    }

    /** What an application does when it is the first to use a library that it shares with others. */
    public static final class Application implements BiFunction<ThreadFactory, Runnable, Thread> {

        @Override
        public Thread apply(ThreadFactory factory, Runnable task) {
            return factory.newThread(task);
        }
    }

    /** Loads the application itself, and shares the rest. */
    private static final class ApplicationLoader extends ClassLoader {

        ApplicationLoader() {
            super(ThreadsTests.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(Application.class.getName())) {
                return super.loadClass(name, resolve);
            }
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = Objects.requireNonNull(getParent().getResourceAsStream(file))) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException failure) {
                throw new ClassNotFoundException(name, failure);
            }
        }
    }
}
