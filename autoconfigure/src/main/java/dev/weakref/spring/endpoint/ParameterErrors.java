package dev.weakref.spring.endpoint;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/** Parameters that make no sense, answered with what to do. */
final class ParameterErrors {

    private ParameterErrors() {}

    static InvalidEndpointRequestException of(String parameter, @Nullable String value, String advice) {
        String message =
                "The parameter " + parameter + " is " + (value == null ? "missing" : "'" + value + "'") + ": " + advice;
        return new InvalidEndpointRequestException(message, message);
    }

    static boolean flag(String parameter, @Nullable String value) {
        if (value != null && (value.equals("true") || value.equals("false"))) {
            return value.equals("true");
        }
        throw of(parameter, value, "give true or false" + (value == null ? "" : ", or leave it out for both"));
    }
}
