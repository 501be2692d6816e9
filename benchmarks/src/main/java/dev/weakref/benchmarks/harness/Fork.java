package dev.weakref.benchmarks.harness;

import com.google.gson.Gson;
import dev.weakref.benchmarks.measurement.Peer;
import dev.weakref.benchmarks.measurement.Scale;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The main class of a JVM that makes one measurement for one peer, and prints what it found. */
public final class Fork {

    /** Before each line that tells a figure. */
    static final String MARK = "SAMPLE ";

    private static final Logger LIBRARY = Logger.getLogger("dev.weakref");

    private Fork() {}

    /**
     * Prints the samples.
     *
     * @param arguments scale, job, peer and round
     */
    public static void main(String[] arguments) throws Exception {
        LIBRARY.setLevel(Level.WARNING);
        Scale scale = Scale.of(arguments[0]);
        Job job = new Plan(scale).job(arguments[1]);
        int round = Integer.parseInt(arguments[3]);
        print(measure(job, Peer.valueOf(arguments[2]), scale, round), System.out);
        System.exit(0); // whatever threads a peer has left
    }

    private static void print(Iterable<Sample> samples, PrintStream out) {
        Gson gson = new Gson();
        samples.forEach(sample -> out.println(MARK + gson.toJson(sample)));
        out.flush();
    }

    /** What was found; where a figure was told more than once, the last time. */
    public static Iterable<Sample> measure(Job job, Peer peer, Scale scale, int round) throws Exception {
        Map<String, Sample> samples = new LinkedHashMap<>();
        job.measurement()
                .measure(
                        peer,
                        scale,
                        (section, row, value, unit) ->
                                samples.put(section + "/" + row, new Sample(section, row, peer, round, value, unit)));
        return samples.values();
    }
}
