package dev.weakref.spring.endpoint;

import dev.weakref.FinalizerInfo;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.GroupDescriptor;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Counts finalizers by one of their properties; the one page that it counts bounds its memory. */
final class FinalizerGroups {

    private final Function<FinalizerInfo, @Nullable String> property;
    private final Map<@Nullable String, Integer> counts = new HashMap<>();

    private FinalizerGroups(Function<FinalizerInfo, @Nullable String> property) {
        this.property = property;
    }

    /** Reads the parameter; {@code null} if it was left out. */
    static @Nullable FinalizerGroups parse(@Nullable String groupBy) {
        if (groupBy == null) {
            return null;
        }
        return switch (groupBy.toLowerCase(Locale.ROOT)) {
            case "name" -> new FinalizerGroups(FinalizerInfo::name);
            case "referenttype" -> new FinalizerGroups(FinalizerInfo::referentType);
            case "action" -> new FinalizerGroups(FinalizerInfo::action);
            default ->
                throw ParameterErrors.of(
                        "groupBy", groupBy, "give name, referentType or action, or leave it out for single finalizers");
        };
    }

    void add(FinalizerInfo finalizer) {
        counts.merge(property.apply(finalizer), 1, Integer::sum);
    }

    /** How many finalizers are in other groups than these. */
    long others(List<GroupDescriptor> shown) {
        return counts.values().stream().mapToLong(Integer::longValue).sum()
                - shown.stream().mapToLong(GroupDescriptor::count).sum();
    }

    /** The largest ones, the largest first. */
    List<GroupDescriptor> largest(int limit) {
        return counts.entrySet().stream()
                .map(entry -> new GroupDescriptor(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong(GroupDescriptor::count)
                        .reversed()
                        .thenComparing(GroupDescriptor::value, Comparator.nullsLast(Comparator.naturalOrder())))
                .limit(limit)
                .toList();
    }
}
