package dev.weakref.spring;

import dev.weakref.CollectionStats;
import dev.weakref.Finalizer;
import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerRegistry;
import dev.weakref.RegistryStats;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What the endpoint answers, in words and numbers: a cached answer holds nothing of the application.
 *
 * @param registries the totals of each registry, the primary one first
 * @param finalizers one page of the live finalizers
 * @param cursor what to ask for the next page with; {@code null} if this is the last
 * @param collections the shared collections
 * @since 0.1
 */
public record WeakRefsDescriptor(
        List<RegistryDescriptor> registries,
        List<FinalizerDescriptor> finalizers,
        @Nullable String cursor,
        List<CollectionDescriptor> collections)
        implements OperationResponseBody {

    /** A registry. */
    public record RegistryDescriptor(
            String name,
            boolean primary,
            boolean closed,
            long live,
            long registered,
            long detached,
            List<RunsDescriptor> ran) {

        static RegistryDescriptor of(String name, boolean primary, FinalizerRegistry registry) {
            RegistryStats stats = registry.stats();
            List<RunsDescriptor> ran = new ArrayList<>();
            for (Finalizer.Trigger trigger : Finalizer.Trigger.values()) {
                for (Finalizer.Outcome outcome : Finalizer.Outcome.values()) {
                    ran.add(new RunsDescriptor(trigger.name(), outcome.name(), stats.ran(trigger, outcome)));
                }
            }
            return new RegistryDescriptor(
                    name, primary, registry.isClosed(), stats.live(), stats.registered(), stats.detached(), ran);
        }
    }

    /** How many runs with a trigger ended in a way. */
    public record RunsDescriptor(String trigger, String outcome, long count) {}

    /**
     * A live finalizer.
     *
     * @param referentType {@code null} once the referent is gone
     */
    public record FinalizerDescriptor(
            String id,
            String registry,
            String name,
            @Nullable String referentType,
            String action,
            boolean atExit,
            String createdAt)
            implements OperationResponseBody {

        static FinalizerDescriptor of(String id, String registry, FinalizerInfo info) {
            return new FinalizerDescriptor(
                    id,
                    registry,
                    info.name(),
                    info.referentType(),
                    info.action(),
                    info.atExit(),
                    info.createdAt().toString());
        }
    }

    /**
     * A shared collection.
     *
     * @param name its qualifier; {@code null} if it has none
     */
    public record CollectionDescriptor(
            String type, @Nullable String name, long estimatedSize, long added, long removed, long collected) {

        static CollectionDescriptor of(SharedCollection collection) {
            CollectionStats stats = collection.stats();
            return new CollectionDescriptor(
                    collection.type(),
                    collection.name(),
                    stats.estimatedSize(),
                    stats.added(),
                    stats.removed(),
                    stats.collected());
        }
    }
}
