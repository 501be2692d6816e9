package dev.weakref.faults;

import dev.weakref.FinalizerRegistry;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The classes of the library vanish while the program runs: a directory is deleted, a jar is overwritten. Arguments:
 * how the program ends, and the directory or jar. Each action prints its name.
 */
public final class VanishedProgram {

    /** How it ends. */
    enum Ending {
        SIGNAL,
        EXIT,
        CLOSE,
        DEATH
    }

    /** The lines that the actions print. */
    static final List<String> LINES = List.of("ran own 1", "ran own 2", "ran global 1", "ran global 2");

    private static final Duration NEVER = Duration.ofMinutes(10);

    private VanishedProgram() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        FinalizerRegistry own = FinalizerRegistry.builder()
                .name("own")
                .actionLimit(NEVER)
                .exitLimit(NEVER)
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(own::close));
        Object[] referents = {new Object()};
        for (String line : LINES) {
            FinalizerRegistry registry = line.contains("own") ? own : FinalizerRegistry.global();
            registry.register(referents[0], () -> System.out.println(line));
        }
        vanish(Path.of(args[1]));
        switch (Ending.valueOf(args[0])) {
            case SIGNAL -> {
                System.out.println("READY");
                Asked.pause(Verdict.DEADLINE_MILLIS);
            }
            case EXIT -> System.exit(0);
            case CLOSE -> {
                own.close();
                FinalizerRegistry.global().close();
            }
            case DEATH -> {
                referents[0] = null;
                Asked.collected(
                        "not all actions run",
                        () -> own.stats().live() == 0
                                && FinalizerRegistry.global().stats().live() == 0);
            }
        }
        Reference.reachabilityFence(referents);
    }

    private static void vanish(Path classes) throws IOException {
        if (Files.isDirectory(classes)) {
            try (Stream<Path> files = Files.walk(classes)) {
                for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        } else {
            byte[] other = new byte[(int) Files.size(classes)];
            Arrays.fill(other, (byte) 'x');
            Files.write(classes, other);
        }
    }
}
