package dev.weakref.spring.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.weakref.Finalizer;
import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.FinalizerRegistry;
import dev.weakref.LeakLevel;
import dev.weakref.spring.endpoint.EndpointApplication.Stack;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint over HTTP, on one stack. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
abstract class EndpointHttpContract {

    private static final Object REFERENT = new Object();
    private static final String BROWSER =
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

    private final Stack stack;
    private EndpointApplication readOnly;
    private EndpointApplication writable;
    private FinalizerRegistry registry;
    private String live;
    private String dead;

    EndpointHttpContract(Stack stack) {
        this.stack = stack;
    }

    @BeforeAll
    void start() {
        readOnly = EndpointApplication.start(stack);
        FinalizerRegistry read = readOnly.bean(FinalizerRegistry.class);
        live = Long.toString(
                read.finalizer(REFERENT).name("lives").run(() -> {}).id());
        Finalizer<Void> run = read.finalizer(REFERENT).name("ran").run(() -> {});
        run.close();
        dead = Long.toString(run.id());
        writable = EndpointApplication.start(
                stack,
                "management.endpoint.weakrefs.access=unrestricted",
                // or the servlet stack takes apart what is none, and fails, before it looks for an endpoint
                "spring.servlet.multipart.enabled=false");
        registry = writable.bean(FinalizerRegistry.class);
    }

    @AfterAll
    void stop() {
        readOnly.close();
        writable.close();
    }

    @Test
    void theWholeIsShown() {
        HttpResponse<String> answer = readOnly.get("");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(JsonPath.<String>read(answer.body(), "$.registries[0].name")).isEqualTo("application");
        assertThat(JsonPath.<Boolean>read(answer.body(), "$.registries[0].primary"))
                .isTrue();
        assertThat(JsonPath.<String>read(answer.body(), "$.finalizers[0].name")).isEqualTo("lives");
        assertThat(JsonPath.<List<?>>read(answer.body(), "$.leaks")).isEmpty();
    }

    @Test
    void theFinalizersComeFirstAndNoZeroIsCounted() {
        String answer = readOnly.get("").body();

        assertThat(answer).startsWith("{\"finalizers\":[{\"id\":").doesNotContain("\"count\":0");
    }

    @Test
    void countsAreGrouped() {
        String answer = readOnly.get("?groupBy=referentType&order=oldest").body();

        assertThat(answer).startsWith("{\"finalizers\":[],\"groups\":[{\"value\":\"java.lang.Object\",\"count\":");
    }

    @Test
    void oneFinalizerIsShown() {
        HttpResponse<String> answer = readOnly.get("/" + live);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(JsonPath.<String>read(answer.body(), "$.id")).isEqualTo(live);
        assertThat(JsonPath.<String>read(answer.body(), "$.referentType")).isEqualTo("java.lang.Object");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/1000", "/abc", "/weakRefFinalizerRegistry:1000", "/application:1000", "/unknown:1"})
    void anUnknownFinalizerIsNotFound(String path) {
        assertThat(readOnly.get(path).statusCode()).isEqualTo(404);
        assertThat(writable.delete(path).statusCode()).isEqualTo(404);
        assertThat(writable.post(path, "{\"atExit\": true}").statusCode()).isEqualTo(404);
    }

    @Test
    void aDeadFinalizerIsNotFound() {
        Finalizer<Void> finalizer = registry.register(REFERENT, () -> {});
        finalizer.close();

        assertThat(readOnly.get("/" + dead).statusCode()).isEqualTo(404);
        assertThat(writable.delete("/" + finalizer.id()).statusCode()).isEqualTo(404);
        assertThat(writable.post("/" + finalizer.id(), "{\"atExit\": true}").statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, limit is '0': give a number from 1 to 1000",
        "limit=abc, limit is 'abc': give a number from 1 to 1000",
        "limit=1&limit=2, limit is '1&2'",
        "cursor=xyz, cursor is 'xyz': give the cursor of the answer before",
        "atExit=maybe, atExit is 'maybe': give true or false",
        "state=dead, state is 'dead': give live or overdue",
        "order=up, order is 'up': give newest or oldest",
        "groupBy=size, groupBy is 'size': give name",
        "age=soon, age is 'soon': give a duration such as 90s"
    })
    void anInvalidParameterIsAnsweredWithWhatToDo(String query, String message) {
        HttpResponse<String> answer = readOnly.get("?" + query);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JsonPath.<String>read(answer.body(), "$.message")).contains(message.replace('&', ','));
    }

    @ParameterizedTest
    @CsvSource({"state=overdue, 0", "state=live, 1", "age=1h, 0", "age=0s, 1", "name=live, 1", "name=dead, 0"})
    void filtersNarrowTheList(String query, int expected) {
        assertThat(JsonPath.<List<?>>read(readOnly.get("?" + query).body(), "$.finalizers"))
                .hasSize(expected);
    }

    // In a browser.

    @ParameterizedTest
    @ValueSource(
            strings = {
                BROWSER,
                "text/html",
                "text/*",
                "text/html, application/json",
                "text/html, */*",
                "application/json;q=0.5, text/html;q=0.9"
            })
    void whoPrefersHtmlGetsThePage(String accept) {
        HttpResponse<String> answer = readOnly.get("", "Accept", accept);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).isEqualToIgnoringCase("text/html;charset=UTF-8"));
        assertThat(answer.body()).startsWith("<!doctype html>").doesNotContain("lives");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "application/json",
                "application/*",
                "application/json, text/plain, */*",
                "application/json, text/html;q=0.9",
                "application/vnd.spring-boot.actuator.v3+json"
            })
    void everybodyElseGetsJson(String accept) {
        assertJson(readOnly.get("", "Accept", accept));
    }

    @Test
    void whoSaysNothingGetsJson() {
        assertJson(readOnly.get(""));
    }

    private static void assertJson(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).contains("json"));
        assertThat(JsonPath.<String>read(answer.body(), "$.finalizers[0].name")).isEqualTo("lives");
    }

    @Test
    void whoCanReadNeitherIsTold() {
        assertThat(readOnly.get("", "Accept", "image/png").statusCode()).isEqualTo(406);
        assertThat(readOnly.get("", "Accept", "nonsense").statusCode()).isEqualTo(406);
    }

    @Test
    void thePageMayUseItsOwnStyleAndScriptAndNothingElse() throws Exception {
        String html = readOnly.get("", "Accept", BROWSER).body();

        assertThat(html)
                .contains("content=\"default-src 'none'; style-src '" + hash(html, "style") + "'; script-src '"
                        + hash(html, "script")
                        + "'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'\"");
        assertThat(html.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http:", "https:", "innerHTML");
        assertThat(html).doesNotContain(" style=", "onclick=");
    }

    private static String hash(String html, String element) throws Exception {
        Matcher matcher = Pattern.compile("<" + element + ">(.*)</" + element + ">", Pattern.DOTALL)
                .matcher(html);
        assertThat(matcher.find()).isTrue();
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(matcher.group(1).getBytes(StandardCharsets.UTF_8));
        return "sha256-" + Base64.getEncoder().encodeToString(digest);
    }

    // What changes something.

    @ParameterizedTest
    @CsvSource({"POST, ''", "DELETE, /1", "POST, /1", "PUT, ''", "PATCH, /1"})
    void itIsReadOnlyByDefault(String method, String path) {
        HttpResponse<String> answer = readOnly.send(readOnly.request(path)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString("{\"atExit\": false, \"leakLevel\": \"paranoid\"}")));

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(readOnly.bean(FinalizerRegistry.class).get(Long.parseLong(live)))
                .get()
                .matches(Finalizer::isAtExit);
    }

    @Test
    void deletingCallsAFinalizerInAThreadOfItsRegistry() throws Exception {
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();
        Finalizer<Void> finalizer =
                registry.register(REFERENT, () -> ran.add(Thread.currentThread().getName()));

        HttpResponse<String> answer = writable.delete("/" + finalizer.id());

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.body()).isEmpty();
        assertThat(ran.take()).startsWith("weakref-application-");
        assertThat(finalizer.trigger()).isEqualTo(Trigger.EXPLICIT);
    }

    @Test
    void deletingDoesNotWaitForAnActionThatHangsAndTimesOut() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        Finalizer<Void> hangs = registry.finalizer(REFERENT)
                .limit(Duration.ofMillis(100))
                .run(() -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException interrupted) {
                        left.countDown();
                    }
                });

        assertThat(writable.delete("/" + hangs.id()).statusCode()).isEqualTo(202);

        left.await();
        assertThat(registry.stats().ran(Trigger.EXPLICIT, Outcome.TIMEOUT)).isEqualTo(1);
    }

    @Test
    void postingToAFinalizerChoosesWhetherItRunsAtExit() {
        Finalizer<Void> finalizer = registry.register(REFERENT, () -> {});

        assertThat(writable.post("/" + finalizer.id(), "{\"atExit\": false}").statusCode())
                .isEqualTo(204);
        assertThat(finalizer.isAtExit()).isFalse();
        assertThat(writable.post("/" + finalizer.id(), "{\"atExit\": \"true\"}").statusCode())
                .isEqualTo(204);
        assertThat(finalizer.isAtExit()).isTrue();
    }

    @Test
    void postingToTheWholeSetsTheLeakLevel() {
        assertThat(writable.post("", "{\"leakLevel\": \"paranoid\"}").statusCode())
                .isEqualTo(204);
        assertThat(registry.leakLevel()).isEqualTo(LeakLevel.PARANOID);
        assertThat(writable.post("", "{\"leakLevel\": \"SIMPLE\"}").statusCode())
                .isEqualTo(204);
        assertThat(registry.leakLevel()).isEqualTo(LeakLevel.SIMPLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"leakLevel\": null}", "{\"leakLevel\": \"loud\"}", "{\"leakLevel\": 1}"})
    void aBadLeakLevelIsAnsweredWithWhatToDo(String body) {
        HttpResponse<String> answer = writable.post("", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JsonPath.<String>read(answer.body(), "$.message"))
                .startsWith("The parameter leakLevel is ")
                .endsWith(": give one of [disabled, simple, advanced, paranoid]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"atExit\": null}", "{\"atExit\": \"maybe\"}", "{\"atExit\": 1}"})
    void aBadAtExitFlagIsAnsweredWithWhatToDo(String body) {
        HttpResponse<String> answer = writable.post("/1", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JsonPath.<String>read(answer.body(), "$.message"))
                .startsWith("The parameter atExit is ")
                .contains(": give true or false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "\"paranoid\"", "{\"leakLevel\": {\"a\": 1}}", "leakLevel=paranoid"})
    void aBodyThatIsNoObjectOfTextsIsRefused(String body) {
        assertThat(writable.post("", body).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=b"})
    void aBodyThatAFormOfAnotherSiteCouldSendIsRefused(String type) {
        Finalizer<Void> finalizer = registry.register(REFERENT, () -> {});

        assertThat(writable.post("", type, "leakLevel=disabled").statusCode()).isEqualTo(415);
        assertThat(writable.post("/" + finalizer.id(), type, "atExit=false").statusCode())
                .isEqualTo(415);
        assertThat(registry.leakLevel()).isNotEqualTo(LeakLevel.DISABLED);
        assertThat(finalizer.isAtExit()).isTrue();
    }

    @Test
    void aParameterInTheAddressIsNoBody() {
        HttpResponse<String> answer =
                writable.send(writable.request("?leakLevel=disabled").POST(BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(registry.leakLevel()).isNotEqualTo(LeakLevel.DISABLED);
    }

    @Test
    @Timeout(600)
    void randomRequestsBreakNothingAndShowNothingOfTheUsers() throws Exception {
        RandomRequests random = new RandomRequests(writable.port(), 20261125);
        Talkative.asked.set(0);
        List<Object> referents = new ArrayList<>();
        for (int number = 0; number < 40; number++) {
            referents.add(new Talkative());
            registry.finalizer(referents.get(number)).state(new Talkative()).run(state -> {});
        }

        for (int number = 0; number < 2_000; number++) {
            random.sendNext((request, status, answer) -> {
                assertThat(status).as("%s%n%s", request, answer).isBetween(200, 499);
                assertThat(answer)
                        .as(request)
                        .doesNotContain(Talkative.TEXT, "\tat ", "\"trace\"", "Exception:")
                        .doesNotContainPattern("\\bat [\\w.$]+\\([\\w.]+:\\d+\\)");
            });
        }

        assertThat(random.statuses()).contains(200, 202, 204, 400, 404, 405, 406, 415);
        assertThat(Talkative.asked).hasValue(0);
        assertThat(referents).hasSize(40); // and so held until here
        assertThat(writable.get("").statusCode()).isEqualTo(200);
    }

    /** Says something that nobody is to hear. */
    private static final class Talkative {

        static final String TEXT = "nobody is to hear this";
        static final AtomicInteger asked = new AtomicInteger();

        @Override
        public String toString() {
            asked.incrementAndGet();
            return TEXT;
        }
    }
}
