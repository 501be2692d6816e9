package dev.weakref.benchmarks.report;

import static dev.weakref.benchmarks.measurement.Peer.BARE;
import static dev.weakref.benchmarks.measurement.Peer.CAFFEINE;
import static dev.weakref.benchmarks.measurement.Peer.CLEANER;
import static dev.weakref.benchmarks.measurement.Peer.CORE;
import static dev.weakref.benchmarks.measurement.Peer.CORE_ADVANCED;
import static dev.weakref.benchmarks.measurement.Peer.CORE_CALLBACK;
import static dev.weakref.benchmarks.measurement.Peer.CORE_CHECKED;
import static dev.weakref.benchmarks.measurement.Peer.CORE_DISABLED;
import static dev.weakref.benchmarks.measurement.Peer.DIRECT;
import static dev.weakref.benchmarks.measurement.Peer.REFLECTIVE;
import static dev.weakref.benchmarks.measurement.Peer.SPRING;
import static dev.weakref.benchmarks.measurement.Peer.STRONG;

import dev.weakref.benchmarks.measurement.Churn;
import dev.weakref.benchmarks.measurement.Deaths;
import dev.weakref.benchmarks.measurement.EndpointAnswers;
import dev.weakref.benchmarks.measurement.ExitPass;
import dev.weakref.benchmarks.measurement.Family;
import dev.weakref.benchmarks.measurement.FinalizerDeaths;
import dev.weakref.benchmarks.measurement.Memory;
import dev.weakref.benchmarks.measurement.Operations;
import dev.weakref.benchmarks.measurement.Peer;
import dev.weakref.benchmarks.measurement.Prototypes;
import dev.weakref.benchmarks.measurement.Ratio;
import dev.weakref.benchmarks.measurement.StuckAction;
import dev.weakref.benchmarks.measurement.Survivors;
import java.util.ArrayList;
import java.util.List;

/** All that core has set itself, held against what was measured. */
public final class Targets {

    private static final String ITERATION = "iteration.*";
    private static final String OPERATIONS = "(?!iteration).*";

    private final Results results;
    private final List<Target> targets = new ArrayList<>();

    public Targets(Results results) {
        this.results = results;
        maps();
        memory();
        deaths();
        finalizers();
        references();
        endpoint();
        atLeast(0.8, "churn: " + Churn.LAST_BESIDE_FIRST, figure(Churn.SECTION, Churn.LAST_BESIDE_FIRST));
        atMost(1.1, "churn: " + Churn.GROWTH, figure(Churn.SECTION, Churn.GROWTH));
    }

    public List<Target> all() {
        return targets;
    }

    private void maps() {
        String values = Family.VALUES.label;
        atLeast(
                1.6,
                "`WeakValueMap`, times as fast as the best peer of each row",
                results.advantage(values, OPERATIONS));
        atLeast(0.9, "`WeakValueMap`, the worst row", results.leastAdvantage(values, OPERATIONS));
        atLeast(
                0.9,
                "`WeakValueMap`, get hit beside a strong `ConcurrentHashMap`",
                results.mean(values, "get hit.*", STRONG));
        atLeast(3, "`WeakValueMap`, iteration", results.advantage(values, ITERATION));
        atLeast(1.7, "`WeakKeyMap.identity()`", results.advantage(Family.IDENTITY_KEYS.label, OPERATIONS));
        for (Family family : List.of(Family.KEYS, Family.SETS)) {
            String what = "`" + family.label + "` by equality, get, ";
            atLeast(1, what + "1 thread", results.advantage(family.label, "get.*1 thread"));
            atLeast(2, what + "2 threads", results.advantage(family.label, "get.*2 threads"));
        }
    }

    private void memory() {
        for (Family family : List.of(Family.VALUES, Family.IDENTITY_KEYS, Family.KEYS)) {
            atMost(50, "bytes per entry of `" + family.label + "`", figure(Memory.ENTRIES, family.label));
        }
        atMost(44, "bytes per element of `WeakSet`", figure(Memory.ENTRIES, Family.SETS.label));
        atMost(72, "bytes per registration", figure(Memory.REGISTRATIONS, Memory.REGISTER));
        atMost(100, "bytes per registration, " + Survivors.ROW, figure(Memory.REGISTRATIONS, Survivors.ROW));
    }

    private void deaths() {
        String map = Family.VALUES.label;
        Ratio busy = results.besideBest(Deaths.SECTION, map + Deaths.GONE);
        atMost(0.5, "until a million dead entries are gone, beside the best peer", busy);
        Ratio besideCaffeine = results.ratio(Deaths.SECTION, map + Deaths.GONE, CORE, CAFFEINE);
        atMost(0.5, "until a million dead entries are gone, beside Caffeine", besideCaffeine);
        atLeast(
                0.4,
                "another thread's throughput while a million entries die",
                figure(Deaths.SECTION, map + Deaths.THROUGHPUT));
        atMost(5, "its worst stretch meanwhile", figure(Deaths.SECTION, map + Deaths.WORST));
        double[] idle = results.values(Deaths.SECTION, map + Deaths.IDLE + Deaths.GONE, CORE);
        double[] used = results.values(Deaths.SECTION, map + Deaths.GONE, CORE);
        atMost(1.2, "until they are gone from a map that nobody calls, beside the one in use", Ratio.of(idle, used));
    }

    private void finalizers() {
        atLeast(0.5, "`register`, beside `Cleaner`, 1 thread", finalizers("register, 1 thread", CLEANER, CORE));
        atLeast(1, "`register`, beside `Cleaner`, 2 threads", finalizers("register, 2 threads", CLEANER, CORE));
        atMost(
                3,
                "`register` with the capture check, beside without",
                finalizers("register, 1 thread", CORE_CHECKED, CORE));
        atLeast(1.5, "`call`, beside `Cleaner.clean`, 1 thread", finalizers("call, 1 thread", CLEANER, CORE));
        atLeast(1.5, "`call`, beside `Cleaner.clean`, 2 threads", finalizers("call, 2 threads", CLEANER, CORE));
        String collection = FinalizerDeaths.COLLECTION;
        atMost(1.2, collection + ", beside `Cleaner`", finalizers(collection, CORE, CLEANER));
        String untilRun = FinalizerDeaths.UNTIL_RUN;
        atMost(1, untilRun + ", beside `Cleaner`", finalizers(untilRun, CORE, CLEANER));
        atMost(
                1.1,
                "one that hangs among a hundred: " + StuckAction.ROW,
                figure(Operations.FINALIZERS, StuckAction.ROW));
        atMost(3, Prototypes.ROW + ", beside one that Spring forgets", finalizers(Prototypes.ROW, CORE, SPRING));
        for (String method : List.of("register", "call")) {
            String row = method + ", 1 thread";
            String what = "`" + method + "` at leak level ";
            atMost(1.1, what + "`SIMPLE`, beside `DISABLED`", levels(row, CORE));
            atMost(2, what + "`ADVANCED`, beside `DISABLED`", levels(row, CORE_ADVANCED));
        }
        for (String exit : List.of(ExitPass.COUNTING, ExitPass.GIVING_BACK)) {
            atMost(3, exit + ", beside a loop that calls them", finalizers(exit, CORE, DIRECT));
        }
    }

    private void references() {
        String row = "call, 1 thread";
        atMost(2, "a call through a `WeakProxy`", results.ratio(Operations.PROXIES, row, CORE, DIRECT));
        atLeast(
                5,
                "a reflective proxy, beside a `WeakProxy`",
                results.ratio(Operations.PROXIES, row, REFLECTIVE, CORE));
        Ratio creation = results.ratio(Operations.REFERENCES, "register, 1 thread", CORE_CALLBACK, BARE);
        atMost(15, "`WeakRef.of(o, callback)`, beside `new WeakReference(o, queue)`", creation);
    }

    private void endpoint() {
        String section = EndpointAnswers.SECTION;
        for (String answer : List.of(EndpointAnswers.OLDEST, EndpointAnswers.GROUPED)) {
            for (String row : List.of(EndpointAnswers.TIMES, EndpointAnswers.MEGABYTES)) {
                atMost(10, "endpoint: " + answer + row, figure(section, answer + row));
            }
            String seconds = answer + EndpointAnswers.SECONDS;
            atMost(1, "endpoint: " + seconds, figure(section, seconds));
        }
    }

    private Ratio figure(String section, String row) {
        return Ratio.of(results.values(section, row, CORE));
    }

    private Ratio finalizers(String row, Peer upper, Peer lower) {
        return results.ratio(Operations.FINALIZERS, row, upper, lower);
    }

    private Ratio levels(String row, Peer level) {
        return results.ratio(Operations.LEAK_LEVELS, row, level, CORE_DISABLED);
    }

    private void atLeast(double bound, String what, Ratio measured) {
        targets.add(new Target(what, true, bound, measured));
    }

    private void atMost(double bound, String what, Ratio measured) {
        targets.add(new Target(what, false, bound, measured));
    }
}
