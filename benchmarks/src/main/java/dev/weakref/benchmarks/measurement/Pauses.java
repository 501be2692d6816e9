package dev.weakref.benchmarks.measurement;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** When the collector stopped the program, on the clock of {@link System#nanoTime()}. */
final class Pauses {

    private final List<long[]> intervals = new ArrayList<>();

    private Pauses() {}

    /** Starts to watch. */
    static Recording watch() {
        Recording recording = new Recording();
        recording.enable("jdk.GCPhasePause").withoutThreshold();
        recording.start();
        return recording;
    }

    /** What was seen. */
    static Pauses in(Recording recording) throws IOException {
        Path file = Files.createTempFile("pauses", ".jfr");
        try {
            Instant now = Instant.now();
            long nanos = System.nanoTime();
            recording.stop();
            recording.dump(file);
            Pauses pauses = new Pauses();
            for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                long begin = nanos - Duration.between(event.getStartTime(), now).toNanos();
                pauses.intervals.add(
                        new long[] {begin, begin + event.getDuration().toNanos()});
            }
            return pauses;
        } finally {
            Files.delete(file);
        }
    }

    /** The time from one moment to another without the pauses in it. */
    long without(long from, long to) {
        long paused = 0;
        for (long[] interval : intervals) {
            paused += Math.max(0, Math.min(interval[1], to) - Math.max(interval[0], from));
        }
        return to - from - paused;
    }
}
