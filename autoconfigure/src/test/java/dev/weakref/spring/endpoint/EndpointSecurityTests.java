package dev.weakref.spring.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.endpoint.EndpointApplication.Stack;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

/** The endpoint behind Spring Security, and who may see what user objects say of themselves. */
@Timeout(120)
class EndpointSecurityTests {

    private static final Object REFERENT = new Object();

    @ParameterizedTest
    @EnumSource(Stack.class)
    void valuesAreForThoseWithTheRoleAlsoWhereAnswersAreCached(Stack stack) {
        try (EndpointApplication application = start(
                stack,
                "management.endpoint.weakrefs.show-values=when-authorized",
                "management.endpoint.weakrefs.roles=OPERATOR",
                "management.endpoint.weakrefs.cache.time-to-live=1h")) {
            String id = "/" + register(application);

            for (String path : List.of("", id, "", id)) {
                assertThat(application.get(path).statusCode()).isEqualTo(401);
                assertThat(application.get(path, "Accept", "text/html").statusCode())
                        .isIn(302, 401);
                assertThat(answer(application, path, "reader"))
                        .contains("\"lease\"")
                        .doesNotContain("what it says", "\"state\"");
                assertThat(answer(application, path, "operator")).contains("\"lease\"");
            }
            assertThat(answer(application, id, "operator")).contains("\"what it says\"");
        }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void withoutRolesTheyAreForAuthenticatedUsersUnlessHidden(Stack stack) {
        try (EndpointApplication application =
                start(stack, "management.endpoint.weakrefs.show-values=when-authorized")) {
            String id = "/" + register(application);
            long hidden = application
                    .bean(FinalizerRegistry.class)
                    .finalizer(REFERENT)
                    .name("password")
                    .state("swordfish")
                    .run(state -> {})
                    .id();

            Map<String, Object> one = JsonPath.read(answer(application, "/" + hidden, "reader"), "$");

            assertThat(one).containsEntry("name", "password").containsEntry("state", "******");
            assertThat(answer(application, id, "reader")).contains("what it says");
        }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void theyAreForNobodyByDefault(Stack stack) {
        try (EndpointApplication application = start(stack)) {
            String id = "/" + register(application);

            for (String path : List.of("", id)) {
                assertThat(answer(application, path, "operator"))
                        .contains("\"lease\"")
                        .doesNotContain("what it says", "\"state\"", "\"referent\"");
            }
        }
    }

    private static EndpointApplication start(Stack stack, String... properties) {
        String[] all = Arrays.copyOf(properties, properties.length + 1);
        all[properties.length] = "spring.autoconfigure.exclude=";
        return EndpointApplication.start(stack, List.of(Users.class), all);
    }

    private static long register(EndpointApplication application) {
        return application
                .bean(FinalizerRegistry.class)
                .finalizer(REFERENT)
                .name("lease")
                .state("what it says")
                .run(state -> {})
                .id();
    }

    private static String answer(EndpointApplication application, String path, String user) {
        String credentials = Base64.getEncoder().encodeToString((user + ":secret").getBytes());
        HttpResponse<String> answer = application.get(path, "Authorization", "Basic " + credentials);
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    @Configuration(proxyBeanMethods = false)
    static class Users {

        private static final List<UserDetails> ALL = List.of(
                User.withUsername("reader")
                        .password("{noop}secret")
                        .roles("USER")
                        .build(),
                User.withUsername("operator")
                        .password("{noop}secret")
                        .roles("OPERATOR")
                        .build());

        @Bean
        InMemoryUserDetailsManager users() {
            return new InMemoryUserDetailsManager(ALL);
        }

        @Bean
        MapReactiveUserDetailsService reactiveUsers() {
            return new MapReactiveUserDetailsService(ALL);
        }

        @Bean
        SanitizingFunction passwordsStayHidden() {
            return data -> data.getKey().endsWith(".password") ? data.withSanitizedValue() : data;
        }
    }
}
