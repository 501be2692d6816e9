package dev.weakref.spring.endpoint;

import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.endpoint.ContextRegistries.Position;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.FinalizerDescriptor;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.GroupDescriptor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One page of live finalizers: registry after registry, and newest or oldest first in each. Or, in place of them, their
 * number by group.
 *
 * <p>The cursor is the id of the last finalizer that was looked at, matching or not. It need not live on: its number
 * is a place in the order. So pages neither overlap nor skip what lives all the while, and a page may be empty and
 * yet have a cursor, when all that one request may look at did not match.
 */
final class FinalizerPage {

    static final int MOST_EXAMINED = 10_000;

    private final FinalizerDescriber describer;
    private final Predicate<FinalizerInfo> filter;
    private final boolean oldestFirst;
    private final @Nullable FinalizerGroups groups;
    private final int limit;
    private final List<FinalizerDescriptor> found = new ArrayList<>();
    private int examined;
    private @Nullable String last;
    private boolean more;

    /**
     * For a page that is still to be read.
     *
     * @param groups counts what matches, up to {@value #MOST_EXAMINED}; {@code null} to describe it, up to the limit
     */
    FinalizerPage(
            FinalizerDescriber describer,
            Predicate<FinalizerInfo> filter,
            boolean oldestFirst,
            @Nullable FinalizerGroups groups,
            int limit) {
        this.describer = describer;
        this.filter = filter;
        this.oldestFirst = oldestFirst;
        this.groups = groups;
        this.limit = limit;
    }

    /**
     * Reads the page.
     *
     * @param after where the page before ended; {@code null} for the first page
     */
    FinalizerPage read(@Nullable Position after) {
        boolean reached = after == null;
        for (Map.Entry<String, FinalizerRegistry> entry :
                describer.registries().byName().entrySet()) {
            if (reached) {
                read(entry.getKey(), inOrder(entry.getValue(), oldestFirst ? 0 : Long.MAX_VALUE));
            } else if (after != null && entry.getKey().equals(after.name())) {
                reached = true;
                read(entry.getKey(), inOrder(entry.getValue(), after.number()));
            }
        }
        return this;
    }

    private Iterator<FinalizerInfo> inOrder(FinalizerRegistry registry, long from) {
        return (oldestFirst ? registry.finalizersAfter(from) : registry.finalizersBefore(from)).iterator();
    }

    private void read(String registry, Iterator<FinalizerInfo> live) {
        while (!more && live.hasNext()) {
            if (found.size() == limit || examined == MOST_EXAMINED) {
                more = true;
                return;
            }
            FinalizerInfo info = live.next();
            examined++;
            last = describer.registries().id(registry, info.id());
            if (filter.test(info)) {
                add(registry, info);
            }
        }
    }

    private void add(String registry, FinalizerInfo info) {
        if (groups == null) {
            found.add(describer.describe(registry, info));
        } else {
            groups.add(info);
        }
    }

    List<FinalizerDescriptor> finalizers() {
        return found;
    }

    /** The largest groups; {@code null} unless they were asked for. */
    @Nullable List<GroupDescriptor> groups() {
        return groups == null ? null : groups.largest(limit);
    }

    /** How many finalizers are in other groups than these; {@code null} if there are none. */
    @Nullable Long others(@Nullable List<GroupDescriptor> shown) {
        long others = groups == null || shown == null ? 0 : groups.others(shown);
        return others == 0 ? null : others;
    }

    /** The cursor for the next page; {@code null} if nothing is left to look at. */
    @Nullable String cursor() {
        return more ? last : null;
    }
}
