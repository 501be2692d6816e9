package dev.weakref.spring;

import dev.weakref.FinalizerInfo;
import dev.weakref.spring.ContextRegistries.Position;
import dev.weakref.spring.WeakRefsDescriptor.CollectionDescriptor;
import dev.weakref.spring.WeakRefsDescriptor.FinalizerDescriptor;
import dev.weakref.spring.WeakRefsDescriptor.RegistryDescriptor;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.lang.Nullable;

/**
 * Shows what is live in the registries and shared collections of one context; never a state, a referent, or what
 * their {@code toString()} says.
 *
 * <p>The parameters are texts, parsed here, so that a bad one is answered with what to do. They carry Spring's
 * {@code @Nullable}: Boot 3.5 takes it alone as a sign that a parameter is optional.
 *
 * @since 0.1
 */
@Endpoint(id = "weakrefs", defaultAccess = Access.READ_ONLY)
public final class WeakRefsEndpoint {

    private static final int DEFAULT_LIMIT = 100;
    private static final int HIGHEST_LIMIT = 1000;

    private final ConfigurableListableBeanFactory beanFactory;

    /** For the context with this bean factory. */
    public WeakRefsEndpoint(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    /**
     * Totals, one page of the live finalizers, and the shared collections.
     *
     * @param name a part of the finalizer's name
     * @param referentType a part of the class name of the referent
     * @param atExit {@code true} or {@code false}
     * @param cursor the cursor of the page before
     * @param limit how many finalizers at most
     * @throws InvalidEndpointRequestException if a parameter makes no sense
     */
    @ReadOperation
    public WeakRefsDescriptor weakRefs(
            @Nullable String name,
            @Nullable String referentType,
            @Nullable String atExit,
            @Nullable String cursor,
            @Nullable String limit) {
        ContextRegistries registries = ContextRegistries.of(beanFactory);
        FinalizerPage page = new FinalizerPage(registries, filter(name, referentType, atExit), limit(limit))
                .read(position(cursor, registries));
        return new WeakRefsDescriptor(
                registries.byName().entrySet().stream()
                        .map(entry -> RegistryDescriptor.of(
                                entry.getKey(), entry.getKey().equals(registries.primary()), entry.getValue()))
                        .toList(),
                page.finalizers(),
                page.cursor(),
                collections());
    }

    /** One live finalizer; {@code null} if there is none with this id. */
    @ReadOperation
    @Nullable public FinalizerDescriptor finalizer(@Selector String id) {
        ContextRegistries registries = ContextRegistries.of(beanFactory);
        return registries
                .parse(id)
                .flatMap(position -> position.registry()
                        .find(position.number())
                        .map(info -> FinalizerDescriptor.withStack(
                                registries.id(position.name(), info.id()), position.name(), info)))
                .orElse(null);
    }

    private List<CollectionDescriptor> collections() {
        return OwnSingletons.of(WeakCollections.class, beanFactory).values().stream()
                .flatMap(collections -> collections.list().stream())
                .map(CollectionDescriptor::of)
                .toList();
    }

    private static Predicate<FinalizerInfo> filter(
            @Nullable String name, @Nullable String referentType, @Nullable String atExit) {
        Predicate<FinalizerInfo> filter = info -> true;
        if (name != null) {
            filter = filter.and(info -> info.name().contains(name));
        }
        if (referentType != null) {
            filter = filter.and(
                    info -> info.referentType() != null && info.referentType().contains(referentType));
        }
        if (atExit != null) {
            boolean wanted = flag(atExit);
            filter = filter.and(info -> info.atExit() == wanted);
        }
        return filter;
    }

    private static boolean flag(String atExit) {
        return switch (atExit) {
            case "true" -> true;
            case "false" -> false;
            default -> throw bad("atExit", atExit, "give true or false, or leave it out for both");
        };
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
        throw bad("limit", limit, "give a number from 1 to " + HIGHEST_LIMIT + ", and ask for more with the cursor");
    }

    @Nullable private static Position position(@Nullable String cursor, ContextRegistries registries) {
        if (cursor == null) {
            return null;
        }
        return registries
                .parse(cursor)
                .orElseThrow(() -> bad(
                        "cursor", cursor, "give the cursor of the answer before, or leave it out for the first page"));
    }

    private static InvalidEndpointRequestException bad(String parameter, String value, String advice) {
        String message = "The parameter " + parameter + " is '" + value + "': " + advice;
        return new InvalidEndpointRequestException(message, message);
    }
}
