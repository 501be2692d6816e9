package dev.weakref.faults.depth;

import dev.weakref.faults.Verdict;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Uses, with all the stack there is, what a program has used before it meets the library: a class of the JDK or of the
 * suite whose initialization overflows is broken for the rest of that JVM, and the library cannot help that. Nothing of
 * the library is touched, and nothing that only the library needs.
 */
final class Preparation {

    private Preparation() {}

    /** Initializes the classes of the suite, and what is common of the JDK. */
    static void prepare() throws Exception {
        initializeSuite();
        useFiles();
        useCollections();
        Thread thread = new Thread(ThreadLocalRandom::current);
        thread.start();
        thread.join();
        new ReentrantLock().lock();
        System.getLogger("dev.weakref.faults").log(Level.DEBUG, () -> "prepared");
        ((Runnable) Proxy.newProxyInstance(
                        Preparation.class.getClassLoader(),
                        new Class<?>[] {Runnable.class},
                        (proxy, method, arguments) -> method.getName().isEmpty() ? arguments : null))
                .run();
        new IllegalStateException("for its stack").getStackTrace();
    }

    private static void initializeSuite() throws IOException, ReflectiveOperationException, URISyntaxException {
        Path root = Path.of(Preparation.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        for (Class<?> member : List.of(Preparation.class, Verdict.class)) {
            Path own = root.resolve(member.getPackageName().replace('.', '/'));
            try (Stream<Path> files = Files.list(own)) {
                for (Path file : files.toList()) {
                    String name = file.getFileName().toString();
                    if (name.endsWith(".class") && usesNoLibrary(name)) {
                        Class.forName(member.getPackageName() + "." + name.substring(0, name.length() - 6));
                    }
                }
            }
        }
    }

    /** Those create objects of the library when they are initialized, or need libraries that are not here. */
    private static boolean usesNoLibrary(String file) {
        return !file.startsWith("Bystanders.") && !file.contains("Faults");
    }

    private static void useFiles() throws IOException {
        Path directory = Files.createTempDirectory("weakref-faults");
        Path file = Files.createTempFile(directory, "prepared", ".tmp");
        Files.delete(file);
        Files.delete(directory);
    }

    private static void useCollections() {
        ConcurrentHashMap<String, Integer> map = new ConcurrentHashMap<>();
        for (int i = 0; i < 100; i++) {
            map.merge("key " + i % 50 + ' ' + 0.5 * i, i, Integer::sum);
        }
        map.entrySet().stream()
                .filter(entry -> entry.getValue() > 1)
                .map(entry -> entry.getKey() + entry.getValue())
                .sorted()
                .collect(Collectors.toList())
                .toString();
    }
}
