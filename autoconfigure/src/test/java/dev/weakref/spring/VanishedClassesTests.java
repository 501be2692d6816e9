package dev.weakref.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.lifecycle.ExitPassEndedEvent;
import dev.weakref.spring.lifecycle.ExitPassLifecycle;
import dev.weakref.spring.listeners.WeakListeners;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.event.EventListener;
import org.springframework.util.FileSystemUtils;

/**
 * What a rebuild does to an application that still runs: the classes of the library and of the application vanish, and
 * then it is told to end. Spring's own classes stay.
 */
@Timeout(240)
class VanishedClassesTests {

    private static final List<Class<?>> VANISHING =
            List.of(FinalizerRegistry.class, ExitPassLifecycle.class, VanishedClassesTests.class);

    @TempDir
    Path directory;

    @Test
    void allRunAtExitThoughTheDirectoriesOfTheirClassesAreGone() throws Exception {
        List<Path> directories = copies();

        assertThat(linesOfTheEnd(directories, FileSystemUtils::deleteRecursively))
                .satisfies(ALL_RUN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no jar at all, but shorter"})
    void allRunAtExitThoughTheJarsOfTheirClassesAreOverwritten(String content) throws Exception {
        List<Path> jars = new ArrayList<>();
        for (Path copy : copies()) {
            jars.add(pack(copy));
        }

        assertThat(linesOfTheEnd(jars, jar -> Files.writeString(jar, content))).satisfies(ALL_RUN);
    }

    /** What an application with this on its class path writes when it ends and this has happened to its classes. */
    private static List<String> linesOfTheEnd(List<Path> copies, Happening happening) throws Exception {
        Process process = start(copies);
        try {
            BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
            assertThat(linesUntilReady(output)).contains("ready");

            for (Path copy : copies) {
                happening.happensTo(copy);
            }
            process.toHandle().destroy();

            List<String> lines = output.lines().toList();
            assertThat(process.waitFor()).isNotZero();
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }

    private interface Happening {
        void happensTo(Path classes) throws IOException;
    }

    private static final Consumer<List<? extends String>> ALL_RUN = lines -> assertThat(lines)
            .map(String::valueOf)
            .containsSubsequence(
                    "throws",
                    "action 2",
                    "action 1",
                    "told of the end of weakRefFinalizerRegistry",
                    "prototype destroyed")
            .anyMatch(line -> line.contains("Exit pass of registry 'application': 3 run (1 failed)"))
            .anyMatch(line -> line.contains("IllegalStateException: wanted by the test"))
            .noneMatch(line -> line.contains("NoClassDefFoundError"));

    private static List<String> linesUntilReady(BufferedReader output) throws IOException {
        List<String> lines = new ArrayList<>();
        String line;
        do {
            line = output.readLine();
            lines.add(String.valueOf(line));
        } while (line != null && !line.equals("ready"));
        return lines;
    }

    /** The classes that vanish, as directories, whatever they are here. */
    private List<Path> copies() throws IOException, URISyntaxException {
        List<Path> copies = new ArrayList<>();
        for (Class<?> type : VANISHING) {
            Path copy = directory.resolve(type.getSimpleName());
            Path original = whereIs(type);
            if (Files.isDirectory(original)) {
                FileSystemUtils.copyRecursively(original, copy);
            } else {
                unpack(original, copy);
            }
            copies.add(copy);
        }
        return copies;
    }

    private static Path whereIs(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static void unpack(Path jar, Path target) throws IOException {
        try (FileSystem files = FileSystems.newFileSystem(jar);
                Stream<Path> entries = Files.walk(files.getPath("/"))) {
            for (Path entry : entries.filter(Files::isRegularFile).toList()) {
                Path file = target.resolve(entry.toString().substring(1));
                Files.createDirectories(file.getParent());
                try (InputStream content = Files.newInputStream(entry)) {
                    Files.copy(content, file);
                }
            }
        }
    }

    private static Path pack(Path directory) throws IOException {
        Path jar = directory.resolveSibling(directory.getFileName() + ".jar");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new ZipEntry(directory.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
        return jar;
    }

    private static Process start(List<Path> copies) throws IOException, URISyntaxException {
        List<Path> replaced = new ArrayList<>();
        for (Class<?> type : VANISHING) {
            replaced.add(whereIs(type));
        }
        String classPath = Stream.concat(
                        copies.stream(),
                        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                                .map(Path::of)
                                .filter(entry -> !replaced.contains(entry)))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        Application.class.getName())
                .redirectErrorStream(true)
                .start();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        private static final Object REFERENT = new Object();

        public static void main(String[] arguments) throws InterruptedException {
            ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .properties(
                            "spring.main.banner-mode=off",
                            "spring.lifecycle.timeout-per-shutdown-phase=2m",
                            "spring.datasource.generate-unique-name=true",
                            "weakref.prototypes.destroy=true")
                    .run();
            Object prototype = application.getBean("prototype");
            application.getBean(WeakListeners.class).add(prototype, ExitPassEndedEvent.class, (owner, event) -> {});
            FinalizerRegistry registry = application.getBean(FinalizerRegistry.class);
            registry.register(REFERENT, () -> System.out.println("action 1"));
            registry.register(REFERENT, () -> System.out.println("action 2"));
            registry.register(REFERENT, () -> {
                System.out.println("throws");
                throw new IllegalStateException("wanted by the test");
            });
            System.out.println("ready");
            Thread.currentThread().join();
            Reference.reachabilityFence(prototype);
        }

        @EventListener
        void on(ExitPassEndedEvent event) {
            System.out.println("told of the end of " + event.beanName());
        }

        @Bean
        @Scope("prototype")
        AutoCloseable prototype() {
            return () -> System.out.println("prototype destroyed");
        }
    }
}
