package dev.weakref.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakRef;
import dev.weakref.WeakRefs;
import dev.weakref.WeakValueMap;
import dev.weakref.spring.listeners.WeakListeners;
import dev.weakref.spring.metrics.WeakGauges;
import dev.weakref.test.Gc;
import io.micrometer.core.instrument.Tags;
import java.io.File;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.core.OverridingClassLoader;

/** What the developer tools do: the application's classes in a new class loader each time, the library's in one. */
@Timeout(600)
class RestartTests {

    /** Its own JVM has no soft references to speak of, which Spring's caches consist of. */
    @Test
    void aRestartLeavesNoClassLoaderBehind() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:SoftRefLRUPolicyMSPerMB=0",
                        "-cp",
                        classPathWithoutReactor(),
                        Restarts.class.getName())
                .redirectErrorStream(true)
                .start();

        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();

        assertThat(lines).contains("20 applications: all class loaders are gone");
        assertThat(process.waitFor()).isZero();
    }

    /** Reactor's threads keep the context class loader of whoever happened to be the first to need them. */
    private static String classPathWithoutReactor() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().matches(".*(reactor|webflux).*"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    static final class Restarts {

        private static final List<WeakReference<ClassLoader>> LOADERS = new ArrayList<>();

        public static void main(String[] arguments) throws Exception {
            // Boot itself keeps the first class loader, and its logging the last one, with or without this library.
            run("withoutTheLibrary");
            LOADERS.clear();
            for (int i = 0; i < 20; i++) {
                run("withTheLibrary");
            }
            run("withoutTheLibrary");
            LOADERS.remove(20);
            Gc.awaitTrue(
                    () -> LOADERS.stream().allMatch(loader -> loader.refersTo(null)),
                    "class loaders of closed applications are still there",
                    Duration.ofMinutes(2));
            System.out.println(LOADERS.size() + " applications: all class loaders are gone");
            System.exit(0);
        }

        private static void run(String method) throws Exception {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            ClassLoader loader = new Restarted(before);
            LOADERS.add(new WeakReference<>(loader));
            thread.setContextClassLoader(loader);
            try {
                loader.loadClass(Application.class.getName()).getMethod(method).invoke(null);
            } finally {
                thread.setContextClassLoader(before);
            }
        }
    }

    /** Loads the application's classes anew. */
    private static final class Restarted extends OverridingClassLoader {

        Restarted(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected boolean isEligibleForOverriding(String className) {
            return className.startsWith(Application.class.getName());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class Application {

        public static void withoutTheLibrary() {
            run(Nothing.class, "--weakref.enabled=false").close();
        }

        public static void withTheLibrary() {
            ConfigurableApplicationContext application = run(Application.class, "--weakref.prototypes.destroy=true");
            if (Application.class.getClassLoader() != Thread.currentThread().getContextClassLoader()) {
                throw new IllegalStateException("The application is that of the library's class loader");
            }
            application.getBean(Service.class).use(application.getBean(Prototype.class));
            application.publishEvent("text");
            application.close();
        }

        private static ConfigurableApplicationContext run(Class<?> application, String argument) {
            return new SpringApplicationBuilder(application)
                    .web(WebApplicationType.NONE)
                    .properties(
                            "spring.main.banner-mode=off",
                            "spring.datasource.generate-unique-name=true",
                            "logging.level.root=warn")
                    .run(argument);
        }

        @Bean
        Service service(
                FinalizerRegistry registry,
                WeakValueMap<String, Prototype> map,
                WeakListeners listeners,
                WeakGauges meters) {
            return new Service(registry, map, listeners, meters);
        }

        @Bean
        @Scope("prototype")
        Prototype prototype() {
            return new Prototype();
        }

        @Configuration(proxyBeanMethods = false)
        @EnableAutoConfiguration
        static class Nothing {}

        record Service(
                FinalizerRegistry registry,
                WeakValueMap<String, Prototype> map,
                WeakListeners listeners,
                WeakGauges meters) {

            void use(Prototype prototype) {
                map.put("key", prototype);
                listeners.add(prototype, String.class, Prototype::on);
                meters.gauge("prototype", Tags.empty(), prototype, Prototype::count);
                registry.register(prototype, () -> System.out.println("finalized"));
                WeakRef<Prototype> reference = WeakRef.of(prototype, gone -> System.out.println("called back"));
                if (WeakRefs.count(prototype) == 0 || reference.get() == null) {
                    throw new IllegalStateException("Nothing refers to " + prototype);
                }
                registry.register(new Prototype(), () -> System.out.println("finalized later"));
            }
        }

        static final class Prototype implements AutoCloseable {

            private int told;

            void on(String event) {
                told++;
            }

            double count() {
                return told;
            }

            @Override
            public void close() {
                System.out.println("closed");
            }
        }
    }
}
