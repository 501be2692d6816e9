package dev.weakref.spring.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.endpoint.EndpointApplication.Stack;
import java.lang.management.ManagementFactory;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The endpoint on a port of its own and over JMX, and what its answers may hold. */
@Timeout(120)
class EndpointElsewhereTests {

    private static final Object REFERENT = new Object();

    @ParameterizedTest
    @EnumSource(Stack.class)
    void itStandsOnTheManagementPortAndShowsTheApplicationsRegistry(Stack stack) {
        try (EndpointApplication application = EndpointApplication.start(
                stack,
                "management.server.port=0",
                // Boot 4 defines the factory of the reactive one once for each server that is present
                "spring.main.allow-bean-definition-overriding=true")) {
            application
                    .bean(FinalizerRegistry.class)
                    .finalizer(REFERENT)
                    .name("lives")
                    .run(() -> {});

            assertThat(application.port()).isNotEqualTo(application.applicationPort());
            assertThat(JsonPath.<List<String>>read(application.get("").body(), "$.finalizers[*].name"))
                    .containsExactly("lives");
            assertThat(application.get("", "Accept", "text/html").body()).startsWith("<!doctype html>");
            assertThat(application
                            .send(HttpRequest.newBuilder(URI.create(
                                    "http://localhost:" + application.applicationPort() + "/actuator/weakrefs")))
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void overJmxItReadsOnlyShowsNoValuesAndGoesWithTheApplication() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("dev.weakref.tests:type=Endpoint,name=Weakrefs");

        try (EndpointApplication application = EndpointApplication.start(
                Stack.TOMCAT,
                "spring.jmx.enabled=true",
                "management.endpoints.jmx.domain=dev.weakref.tests",
                "management.endpoints.jmx.exposure.include=weakrefs",
                "management.endpoint.weakrefs.access=unrestricted",
                "management.endpoint.weakrefs.show-values=when-authorized")) {
            application
                    .bean(FinalizerRegistry.class)
                    .finalizer(REFERENT)
                    .name("lives")
                    .state("what it says")
                    .run(state -> {});

            assertThat(server.getMBeanInfo(name).getOperations())
                    .extracting(MBeanOperationInfo::getName)
                    .containsExactlyInAnyOrder("weakRefs", "finalizer");
            Map<String, Object> whole =
                    (Map<String, Object>) server.invoke(name, "weakRefs", new Object[7], strings(7));
            Map<String, Object> one =
                    (Map<String, Object>) server.invoke(name, "finalizer", new Object[] {"1"}, strings(1));

            assertThat(one).containsEntry("name", "lives").doesNotContainValue("what it says");
            assertThat((List<Object>) whole.get("finalizers")).hasSize(1);
            assertThat(whole.toString()).contains("lives").doesNotContain("what it says");
        }
        assertThat(server.isRegistered(name)).isFalse();
    }

    private static String[] strings(int number) {
        String[] types = new String[number];
        Arrays.fill(types, String.class.getName());
        return types;
    }

    @Test
    void theDefaultOfAllEndpointsAllowsWritingAndTheirBoundForbidsIt() {
        try (EndpointApplication application =
                EndpointApplication.start(Stack.TOMCAT, "management.endpoints.access.default=unrestricted")) {
            assertThat(application.delete("/1000").statusCode()).isEqualTo(404);
        }
        try (EndpointApplication application = EndpointApplication.start(
                Stack.TOMCAT,
                "management.endpoint.weakrefs.access=unrestricted",
                "management.endpoints.access.max-permitted=read-only")) {
            assertThat(application.delete("/1000").statusCode()).isEqualTo(405);
            assertThat(application.get("").statusCode()).isEqualTo(200);
        }
    }

    /** Answers may be cached, and must not keep anything of the application meanwhile. */
    @Test
    void anAnswerConsistsOfTextsNumbersAndFlagsOnly() {
        assertPlain(WeakRefsDescriptor.class);
        assertPlain(WeakRefsEndpointWebExtension.Problem.class);
    }

    private static void assertPlain(Type type) {
        if (type instanceof ParameterizedType list) {
            assertThat(list.getRawType()).isEqualTo(List.class);
            assertPlain(list.getActualTypeArguments()[0]);
        } else if (type instanceof Class<?> record && record.isRecord()) {
            for (RecordComponent component : record.getRecordComponents()) {
                assertPlain(component.getGenericType());
            }
        } else {
            assertThat(type).isIn(Set.of(String.class, long.class, Long.class, boolean.class));
        }
    }
}
