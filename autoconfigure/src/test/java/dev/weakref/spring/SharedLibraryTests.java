package dev.weakref.spring;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakRefs;
import dev.weakref.spring.autoconfigure.ExitPassAutoConfiguration;
import dev.weakref.spring.autoconfigure.FinalizerRegistryAutoConfiguration;
import dev.weakref.test.Gc;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A server that has the library in a class loader of its own, above the applications that bring the starter. */
@Timeout(240)
class SharedLibraryTests {

    /** Its own JVM has no soft references to speak of, which Spring's caches consist of. */
    @Test
    void applicationsDoNotShareALogAndAreCollectedAfterTheirEnd() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:SoftRefLRUPolicyMSPerMB=0",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Server.class.getName())
                .redirectErrorStream(true)
                .start();

        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();

        assertThat(lines)
                .contains("the library logs elsewhere: true", "lines of others: []", "all class loaders are gone")
                .anyMatch(line -> line.contains("Finalizer 1 'of one' of registry 'application' failed"));
        assertThat(process.waitFor()).isZero();
    }

    static final class Server {

        private static final List<WeakReference<ClassLoader>> LOADERS = new ArrayList<>();

        public static void main(String[] arguments) throws Exception {
            URL library = WeakRefs.class.getProtectionDomain().getCodeSource().getLocation();
            ClassLoader shared = new URLClassLoader(new URL[] {library}, ClassLoader.getPlatformClassLoader());
            for (int round = 0; round < 2; round++) {
                deployTwoAtATime(shared, library);
                deployOneThatFails(shared, library);
            }
            deployTwoAtATime(shared, library);
            assertThat(Set.copyOf(List.of(LastRecord.ONE, LastRecord.OTHER))).hasToString("[LastRecord[server=null]]");
            Gc.awaitTrue(
                    () -> LOADERS.stream().allMatch(loader -> loader.refersTo(null)),
                    "class loaders of closed applications are still there",
                    Duration.ofMinutes(2));
            System.out.println("all class loaders are gone");
            System.exit(0);
        }

        /** The JDK keeps the types in the last record whose methods were called for the first time. */
        private record LastRecord(@Nullable Server server) {

            private static final LastRecord ONE = new LastRecord(null);
            private static final LastRecord OTHER = new LastRecord(null);
        }

        private static void deployTwoAtATime(ClassLoader shared, URL library) throws Exception {
            Object one = deploy(shared, library);
            Object other = deploy(shared, library);
            call(one, "start", "one");
            call(other, "start", "other");
            call(one, "end", "one");
            System.out.println(
                    "the library logs elsewhere: " + call(other, "saysThatTheLibraryLogsElsewhere", "other"));
            System.out.println("lines of others: " + call(other, "linesOfOthers", "other"));
            call(other, "end", "other");
        }

        private static void deployOneThatFails(ClassLoader shared, URL library) throws Exception {
            call(deploy(shared, library), "fail", "failing");
        }

        private static Object deploy(ClassLoader shared, URL library) throws Exception {
            ClassLoader loader = new URLClassLoader(
                    Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                            .map(Server::url)
                            .filter(url -> !url.equals(library))
                            .toArray(URL[]::new),
                    shared);
            LOADERS.add(new WeakReference<>(loader));
            return inAThread(
                    loader,
                    () -> loader.loadClass(Application.class.getName())
                            .getConstructor()
                            .newInstance());
        }

        private static URL url(String entry) {
            try {
                return Path.of(entry).toUri().toURL();
            } catch (MalformedURLException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        private static Object call(Object application, String method, String argument)
                throws InterruptedException, ExecutionException {
            return inAThread(
                    application.getClass().getClassLoader(),
                    () -> application.getClass().getMethod(method, String.class).invoke(application, argument));
        }

        /** Which ends, as Spring leaves things behind in its thread-locals. */
        private static Object inAThread(ClassLoader loader, Callable<Object> call)
                throws InterruptedException, ExecutionException {
            FutureTask<Object> task = new FutureTask<>(call);
            Thread thread = new Thread(task);
            thread.setContextClassLoader(loader);
            thread.start();
            Object result = task.get();
            thread.join();
            return result;
        }
    }

    /** Loaded by a class loader of its own. */
    public static final class Application {

        private static final Object REFERENT = new Object();

        private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        private final ListAppender<ILoggingEvent> log = new ListAppender<>();

        public Application() {
            Logger logger = (Logger) LoggerFactory.getLogger("dev.weakref");
            logger.setLevel(Level.DEBUG);
            logger.setAdditive(false);
            logger.addAppender(log);
            log.start();
            context.register(ExitPassAutoConfiguration.class, FinalizerRegistryAutoConfiguration.class);
        }

        public void start(String name) {
            context.refresh();
            context.getBean(FinalizerRegistry.class)
                    .finalizer(REFERENT)
                    .name("of " + name)
                    .run(() -> {
                        throw new IllegalStateException("wanted by the test");
                    });
        }

        public boolean saysThatTheLibraryLogsElsewhere(String name) {
            return log.list.stream()
                    .anyMatch(event -> event.getLevel() == Level.DEBUG
                            && event.getMessage().contains("The library is loaded by another class loader"));
        }

        public List<String> linesOfOthers(String name) {
            return log.list.stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .filter(line -> line.contains("'of ") && !line.contains("'of " + name))
                    .toList();
        }

        public void end(String name) {
            context.close();
        }

        public void fail(String name) {
            context.register(Failing.class);
            try {
                context.refresh();
            } catch (BeanCreationException wanted) {
                return;
            }
            throw new IllegalStateException("The start has not failed");
        }

        @Configuration(proxyBeanMethods = false)
        static class Failing {
            @Bean
            Object failing(FinalizerRegistry registry) {
                registry.register(REFERENT, () -> {});
                throw new IllegalStateException("wanted by the test");
            }
        }
    }
}
