package dev.weakref.spring.endpoint;

import dev.weakref.CollectionStats;
import dev.weakref.Finalizer;
import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerRegistry;
import dev.weakref.Leak;
import dev.weakref.RegistryStats;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What the endpoint answers, in words and numbers: a cached answer holds nothing of the application.
 *
 * @param finalizers one page of the live finalizers; empty if they are counted by group
 * @param groups the largest groups of one page, the largest first; {@code null} unless they were asked for
 * @param others how many finalizers of that page are in smaller groups; {@code null} if there are none
 * @param cursor what to ask for the next page with; {@code null} if this is the last
 * @param registries the totals of each registry, the primary one first
 * @param collections the weak collections
 * @param leaks the newest leaks that were reported, newest first
 * @since 0.1
 */
public record WeakRefsDescriptor(
        List<FinalizerDescriptor> finalizers,
        @Nullable List<GroupDescriptor> groups,
        @Nullable Long others,
        @Nullable String cursor,
        List<RegistryDescriptor> registries,
        List<CollectionDescriptor> collections,
        List<LeakDescriptor> leaks)
        implements OperationResponseBody {

    /** All of one length, so that texts are ordered as times are. */
    private static final DateTimeFormatter MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    /**
     * How many finalizers have the same name, referent type or action.
     *
     * @param value the name or the class; {@code null} for referents that are gone
     */
    public record GroupDescriptor(@Nullable String value, long count) {}

    /** A registry; what has not happened yet is left out of its runs and leaks. */
    public record RegistryDescriptor(
            String name,
            boolean primary,
            boolean closed,
            long live,
            long registered,
            long detached,
            String leakLevel,
            List<RunsDescriptor> ran,
            List<LeaksDescriptor> leaks) {

        static RegistryDescriptor of(String name, boolean primary, FinalizerRegistry registry) {
            RegistryStats stats = registry.stats();
            List<RunsDescriptor> ran = new ArrayList<>();
            for (Finalizer.Trigger trigger : Finalizer.Trigger.values()) {
                for (Finalizer.Outcome outcome : Finalizer.Outcome.values()) {
                    long count = stats.ran(trigger, outcome);
                    if (count > 0) {
                        ran.add(new RunsDescriptor(trigger.name(), outcome.name(), count));
                    }
                }
            }
            List<LeaksDescriptor> leaks = Arrays.stream(Leak.Kind.values())
                    .filter(kind -> stats.leaks(kind) > 0)
                    .map(kind -> new LeaksDescriptor(kind.name(), stats.leaks(kind)))
                    .toList();
            return new RegistryDescriptor(
                    name,
                    primary,
                    registry.isClosed(),
                    stats.live(),
                    stats.registered(),
                    stats.detached(),
                    registry.leakLevel().name(),
                    ran,
                    leaks);
        }
    }

    /** How many runs with a trigger ended in a way. */
    public record RunsDescriptor(String trigger, String outcome, long count) {}

    /** How many leaks of a kind were found. */
    public record LeaksDescriptor(String kind, long count) {}

    /**
     * A live finalizer.
     *
     * @param referentType {@code null} once the referent is gone
     * @param createdBy the line that registered it; {@code null} where the leak level recorded none
     * @param referent what its referent says of itself; {@code null} in a list, and unless that is to be shown
     * @param state what its state says of itself; {@code null} in a list, and unless that is to be shown
     * @param stack the stack of its creation; {@code null} in a list, and if none was recorded
     */
    public record FinalizerDescriptor(
            String id,
            String registry,
            String name,
            @Nullable String referentType,
            String action,
            boolean atExit,
            boolean mustBeClosed,
            boolean overdue,
            String createdAt,
            @Nullable String createdBy,
            @Nullable String referent,
            @Nullable String state,
            @Nullable List<String> stack)
            implements OperationResponseBody {}

    /**
     * A weak collection.
     *
     * @param name its qualifier if it is shared, {@code null} if it has none; else the name that it was given, or that
     *     of its bean
     */
    public record CollectionDescriptor(
            String type, @Nullable String name, long estimatedSize, long added, long removed, long collected) {

        static CollectionDescriptor of(String type, @Nullable String name, CollectionStats stats) {
            return new CollectionDescriptor(
                    type, name, stats.estimatedSize(), stats.added(), stats.removed(), stats.collected());
        }
    }

    /**
     * A leak that was reported.
     *
     * @param id the id of its finalizer, which may be dead
     * @param createdBy the line that registered it; {@code null} where the leak level recorded none
     * @param stack the stack of its creation; {@code null} if none was recorded
     */
    public record LeakDescriptor(
            String kind,
            String foundAt,
            String id,
            String registry,
            String name,
            @Nullable String referentType,
            String action,
            String createdAt,
            @Nullable String createdBy,
            @Nullable List<String> stack) {

        static LeakDescriptor of(String id, String registry, Leak leak) {
            FinalizerInfo finalizer = leak.finalizer();
            return new LeakDescriptor(
                    leak.kind().name(),
                    MILLIS.format(leak.foundAt()),
                    id,
                    registry,
                    finalizer.name(),
                    finalizer.referentType(),
                    finalizer.action(),
                    finalizer.createdAt().toString(),
                    finalizer.createdBy(),
                    finalizer.stack().isEmpty() ? null : finalizer.stack());
        }
    }
}
