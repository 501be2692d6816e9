package dev.weakref.spring;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.lang.Nullable;

/**
 * Puts what is wrong with a request into the body of the answer, which Boot's own error page keeps to itself.
 *
 * @since 0.1
 */
@EndpointWebExtension(endpoint = WeakRefsEndpoint.class)
public final class WeakRefsEndpointWebExtension {

    private final WeakRefsEndpoint endpoint;

    /** For this endpoint. */
    public WeakRefsEndpointWebExtension(WeakRefsEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** As the endpoint, but 400 with a message for a parameter that makes no sense. */
    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> weakRefs(
            @Nullable String name,
            @Nullable String referentType,
            @Nullable String atExit,
            @Nullable String cursor,
            @Nullable String limit) {
        try {
            return new WebEndpointResponse<>(endpoint.weakRefs(name, referentType, atExit, cursor, limit));
        } catch (InvalidEndpointRequestException e) {
            return new WebEndpointResponse<>(new Problem(e.getReason()), WebEndpointResponse.STATUS_BAD_REQUEST);
        }
    }

    /**
     * What is wrong with a request.
     *
     * @param message the parameter, its value, and what to do
     */
    public record Problem(String message) implements OperationResponseBody {}
}
