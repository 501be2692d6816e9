package dev.weakref.spring.autoconfigure;

import java.util.Set;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the endpoint that are its own.
 *
 * @param showValues When to show the toString() of states and referents.
 * @param roles Roles used to determine whether a user is authorized to be shown the toString() of states and
 *     referents. When empty, all authenticated users are authorized.
 */
@ConfigurationProperties("management.endpoint.weakrefs")
record WeakRefsEndpointProperties(
        @DefaultValue("never") Show showValues,
        @DefaultValue Set<String> roles) {}
