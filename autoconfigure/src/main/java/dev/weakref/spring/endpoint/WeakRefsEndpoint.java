package dev.weakref.spring.endpoint;

import dev.weakref.LeakLevel;
import dev.weakref.spring.endpoint.ContextRegistries.Position;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.FinalizerDescriptor;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.GroupDescriptor;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.LeakDescriptor;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.RegistryDescriptor;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.lang.Nullable;

/**
 * Shows what is live in the registries and collections of one context; what the state and the referent of one
 * finalizer say of themselves only where that is to be shown.
 *
 * <p>The parameters are texts, parsed here, so that a bad one is answered with what to do. They carry Spring's
 * {@code @Nullable}: Boot 3.5 takes it alone as a sign that a parameter is optional. What changes something is in
 * {@link WeakRefsEndpointWebExtension}, so that JMX does not have it.
 *
 * @since 0.1
 */
@Endpoint(id = "weakrefs", defaultAccess = Access.READ_ONLY)
public final class WeakRefsEndpoint {

    private static final int DEFAULT_LIMIT = 100;
    private static final int HIGHEST_LIMIT = 1000;
    private static final int MOST_LEAKS = 50;

    private final ConfigurableListableBeanFactory beanFactory;
    private final Sanitizer sanitizer;
    private final boolean showValues;

    /**
     * For the context with this bean factory.
     *
     * @param sanitizingFunctions what to do with the texts of states and referents where they are shown
     * @param showValues when to show them; where nobody can be authorized, as by JMX, {@code ALWAYS} alone counts
     */
    public WeakRefsEndpoint(
            ConfigurableListableBeanFactory beanFactory,
            Iterable<SanitizingFunction> sanitizingFunctions,
            Show showValues) {
        this.beanFactory = beanFactory;
        this.sanitizer = new Sanitizer(sanitizingFunctions);
        this.showValues = showValues.isShown(SecurityContext.NONE, Set.of());
    }

    /**
     * Totals, one page of the live finalizers, the collections, and the newest leaks.
     *
     * @param name a part of the finalizer's name
     * @param referentType a part of the class name of the referent
     * @param atExit {@code true} or {@code false}
     * @param state {@code live} or {@code overdue}
     * @param age for how long they have been live at least
     * @param order {@code newest} or {@code oldest}: which come first
     * @param groupBy {@code name}, {@code referentType} or {@code action}: counts in place of single finalizers
     * @param cursor the cursor of the page before
     * @param limit how many finalizers, or groups, at most
     * @throws InvalidEndpointRequestException if a parameter makes no sense
     */
    @ReadOperation
    public WeakRefsDescriptor weakRefs(
            @Nullable String name,
            @Nullable String referentType,
            @Nullable String atExit,
            @Nullable String state,
            @Nullable String age,
            @Nullable String order,
            @Nullable String groupBy,
            @Nullable String cursor,
            @Nullable String limit) {
        FinalizerFilter filter = FinalizerFilter.parse(name, referentType, atExit, state, age, Instant.now());
        return weakRefs(filter, order, groupBy, cursor, limit);
    }

    /** One live finalizer; {@code null} if there is none with this id. */
    @ReadOperation
    @Nullable public FinalizerDescriptor finalizer(@Selector String id) {
        return finalizer(id, showValues);
    }

    WeakRefsDescriptor weakRefs(
            FinalizerFilter filter,
            @Nullable String order,
            @Nullable String groupBy,
            @Nullable String cursor,
            @Nullable String limit) {
        ContextRegistries registries = ContextRegistries.of(beanFactory);
        FinalizerPage page = new FinalizerPage(
                        new FinalizerDescriber(registries, null),
                        filter,
                        isOldestFirst(order),
                        FinalizerGroups.parse(groupBy),
                        limit(limit))
                .read(position(cursor, registries));
        List<GroupDescriptor> groups = page.groups();
        return new WeakRefsDescriptor(
                page.finalizers(),
                groups,
                page.others(groups),
                page.cursor(),
                registries.byName().entrySet().stream()
                        .map(entry -> RegistryDescriptor.of(
                                entry.getKey(), entry.getKey().equals(registries.primary()), entry.getValue()))
                        .toList(),
                ContextCollections.of(beanFactory),
                leaks(registries));
    }

    @Nullable FinalizerDescriptor finalizer(String id, boolean withValues) {
        ContextRegistries registries = ContextRegistries.of(beanFactory);
        return registries
                .parse(id)
                .flatMap(position -> position.registry()
                        .find(position.number())
                        .map(info -> new FinalizerDescriber(registries, withValues ? sanitizer : null)
                                .describeInFull(position.name(), info)))
                .orElse(null);
    }

    /** Has a live finalizer called on its registry; whether there is one with this id. */
    boolean run(String id) {
        return ContextRegistries.of(beanFactory)
                .parse(id)
                .map(position -> position.registry().callLater(position.number()))
                .orElse(false);
    }

    /** Chooses whether a live finalizer is to run at exit; whether there is one with this id. */
    boolean setAtExit(String id, @Nullable String atExit) {
        boolean chosen = ParameterErrors.flag("atExit", atExit);
        return ContextRegistries.of(beanFactory)
                .parse(id)
                .flatMap(position -> position.registry().get(position.number()))
                .map(finalizer -> {
                    finalizer.setAtExit(chosen);
                    return true;
                })
                .orElse(false);
    }

    /** Chooses the leak level of all registries. */
    void setLeakLevel(@Nullable String leakLevel) {
        LeakLevel chosen = leakLevel(leakLevel);
        ContextRegistries.of(beanFactory).byName().values().forEach(registry -> registry.setLeakLevel(chosen));
    }

    private static List<LeakDescriptor> leaks(ContextRegistries registries) {
        return registries.byName().entrySet().stream()
                .flatMap(entry -> entry.getValue().leaks().stream()
                        .map(leak -> LeakDescriptor.of(
                                registries.id(entry.getKey(), leak.finalizer().id()), entry.getKey(), leak)))
                .sorted(Comparator.comparing(LeakDescriptor::foundAt).reversed())
                .limit(MOST_LEAKS)
                .toList();
    }

    private static LeakLevel leakLevel(@Nullable String leakLevel) {
        return Arrays.stream(LeakLevel.values())
                .filter(level -> level.name().equalsIgnoreCase(leakLevel))
                .findFirst()
                .orElseThrow(() -> ParameterErrors.of(
                        "leakLevel",
                        leakLevel,
                        "give one of " + Arrays.toString(LeakLevel.values()).toLowerCase(Locale.ROOT)));
    }

    private static boolean isOldestFirst(@Nullable String order) {
        if (order == null || order.equalsIgnoreCase("newest")) {
            return false;
        }
        if (order.equalsIgnoreCase("oldest")) {
            return true;
        }
        throw ParameterErrors.of("order", order, "give newest or oldest, or leave it out for the newest first");
    }

    private static int limit(@Nullable String limit) {
        if (limit == null) {
            return DEFAULT_LIMIT;
        }
        try {
            int number = Integer.parseInt(limit);
            if (number >= 1 && number <= HIGHEST_LIMIT) {
                return number;
            }
        } catch (NumberFormatException e) {
            // answered below
        }
        throw ParameterErrors.of(
                "limit", limit, "give a number from 1 to " + HIGHEST_LIMIT + ", and ask for more with the cursor");
    }

    @Nullable private static Position position(@Nullable String cursor, ContextRegistries registries) {
        if (cursor == null) {
            return null;
        }
        return registries
                .parse(cursor)
                .orElseThrow(() -> ParameterErrors.of(
                        "cursor", cursor, "give the cursor of the answer before, or leave it out for the first page"));
    }
}
