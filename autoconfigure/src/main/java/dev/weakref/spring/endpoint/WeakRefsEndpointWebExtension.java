package dev.weakref.spring.endpoint;

import java.time.Instant;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.lang.Nullable;

/**
 * The endpoint over HTTP: knows who asks, has operations that change something, a page for people, and puts what is
 * wrong with a request into the body of the answer, which Boot's own error page keeps to itself.
 *
 * @since 0.1
 */
@EndpointWebExtension(endpoint = WeakRefsEndpoint.class)
public final class WeakRefsEndpointWebExtension {

    private static final int ACCEPTED = 202;

    private final WeakRefsEndpoint endpoint;
    private final Show showValues;
    private final Set<String> roles;
    private final String page = WeakRefsHtml.html();

    /**
     * For this endpoint.
     *
     * @param showValues when to show what states and referents say of themselves
     * @param roles who is authorized to see it; empty for whoever is authenticated
     */
    public WeakRefsEndpointWebExtension(WeakRefsEndpoint endpoint, Show showValues, Set<String> roles) {
        this.endpoint = endpoint;
        this.showValues = showValues;
        this.roles = Set.copyOf(roles);
    }

    /** As the endpoint, but 400 with a message for a parameter that makes no sense. */
    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> weakRefs(
            @Nullable String name,
            @Nullable String referentType,
            @Nullable String atExit,
            @Nullable String state,
            @Nullable String age,
            @Nullable String order,
            @Nullable String groupBy,
            @Nullable String cursor,
            @Nullable String limit) {
        return unlessBad(() -> {
            FinalizerFilter filter = FinalizerFilter.parse(name, referentType, atExit, state, age, Instant.now());
            return new WebEndpointResponse<>(endpoint.weakRefs(filter, order, groupBy, cursor, limit));
        });
    }

    /**
     * The page for people, at the same address. Who accepts everything alike, or says nothing, is given JSON: Spring
     * prefers the type that comes first in the alphabet where a request prefers none.
     */
    @ReadOperation(produces = "text/html;charset=UTF-8")
    public String page() {
        return page;
    }

    /** As the endpoint; 404 if there is none with this id. */
    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> finalizer(SecurityContext securityContext, @Selector String id) {
        OperationResponseBody found = endpoint.finalizer(id, isShown(securityContext));
        return found == null ? status(WebEndpointResponse.STATUS_NOT_FOUND) : new WebEndpointResponse<>(found);
    }

    /** Has a finalizer called on its registry, within its limit, and does not wait for it. */
    @DeleteOperation
    public WebEndpointResponse<OperationResponseBody> run(@Selector String id) {
        return status(endpoint.run(id) ? ACCEPTED : WebEndpointResponse.STATUS_NOT_FOUND);
    }

    /** Chooses whether a finalizer is to run at exit. */
    @WriteOperation
    public WebEndpointResponse<OperationResponseBody> setAtExit(@Selector String id, @Nullable String atExit) {
        return unlessBad(() -> status(
                endpoint.setAtExit(id, atExit)
                        ? WebEndpointResponse.STATUS_NO_CONTENT
                        : WebEndpointResponse.STATUS_NOT_FOUND));
    }

    /** Chooses the leak level of all registries of the context. */
    @WriteOperation
    public WebEndpointResponse<OperationResponseBody> setLeakLevel(@Nullable String leakLevel) {
        return unlessBad(() -> {
            endpoint.setLeakLevel(leakLevel);
            return status(WebEndpointResponse.STATUS_NO_CONTENT);
        });
    }

    private boolean isShown(SecurityContext securityContext) {
        return showValues.isShown(securityContext, roles);
    }

    private static WebEndpointResponse<OperationResponseBody> unlessBad(
            Supplier<WebEndpointResponse<OperationResponseBody>> operation) {
        try {
            return operation.get();
        } catch (InvalidEndpointRequestException e) {
            return new WebEndpointResponse<>(new Problem(e.getReason()), WebEndpointResponse.STATUS_BAD_REQUEST);
        }
    }

    private static WebEndpointResponse<OperationResponseBody> status(int status) {
        return new WebEndpointResponse<>(status);
    }

    /**
     * What is wrong with a request.
     *
     * @param message the parameter, its value, and what to do
     */
    public record Problem(String message) implements OperationResponseBody {}
}
