package dev.weakref.sample;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.LeakLevel;
import dev.weakref.spring.collections.WeakCollections;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The page of the endpoint, as a person sees it. */
class EndpointBrowserTests {

    private static final Object REFERENT = new Object();
    private static final String SCRIPT = "<script>alert(1)</script>";

    @TempDir
    static Path directory;

    private static ConfigurableApplicationContext application;
    private static FinalizerRegistry registry;
    private static Chromium chromium;

    private final List<Finalizer<Void>> registered = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();
    private Page page;

    @BeforeAll
    static void start() {
        application = new SpringApplicationBuilder(SampleApplication.class)
                .run("--server.port=0", "--sample.data=" + directory);
        registry = application.getBean(FinalizerRegistry.class);
        chromium = new Chromium();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        application.close();
    }

    @BeforeEach
    void open() {
        open(new NewContextOptions().setViewportSize(1280, 900));
    }

    private void open(NewContextOptions options) {
        page = chromium.open(options);
        page.onConsoleMessage(this::note);
        page.onPageError(complaints::add);
        page.onDialog(dialog -> {
            complaints.add("dialog: " + dialog.message());
            dialog.dismiss();
        });
        page.onRequest(requests::add);
    }

    private void note(ConsoleMessage message) {
        if (!message.type().equals("log") && !message.text().contains("status of 400")) {
            complaints.add(message.text());
        }
    }

    @AfterEach
    void nothingWasComplainedOfAndNothingElseWasLoaded() {
        registered.forEach(Finalizer::detach);
        page.context().close();
        registry.setLeakLevel(LeakLevel.SIMPLE);

        assertThat(complaints).isEmpty();
        assertThat(requests).extracting(Request::url).allMatch(url -> url.startsWith(endpoint()));
        assertThat(requests).extracting(Request::method).containsOnly("GET");
    }

    @Test
    void aNameThatIsHtmlIsShownAsText() {
        register(SCRIPT);
        register("<img src=x onerror=alert(2)>");

        visit("");

        assertThat(names()).hasText(new String[] {"<img src=x onerror=alert(2)>", SCRIPT});
        page.locator("button.open").first().click();
        assertThat(page.locator("#list dl")).containsText("Created");
        assertThat(page.locator("main script, main img")).hasCount(0);
    }

    @Test
    void itChangesNothing() {
        register("lives");

        visit("");

        assertThat(names()).hasCount(1);
        assertThat(page.locator("button")).hasText(new String[] {
            "Pause", "Clear", "Id", "Name", "Referent", "Registry", "At exit", "Age", "lives", "Newest", "Older"
        });
    }

    @Test
    void aHeadingSortsAndSortsTheOtherWayRound() {
        register("workspace 10");
        register("workspace 9");
        register("upload");
        visit("");
        assertThat(names()).hasText(new String[] {"upload", "workspace 9", "workspace 10"});

        heading("Name").click();
        assertThat(names()).hasText(new String[] {"upload", "workspace 9", "workspace 10"});
        assertThat(page.locator("th[aria-sort=ascending]")).hasText("Name");
        heading("Name").click();
        assertThat(names()).hasText(new String[] {"workspace 10", "workspace 9", "upload"});
        assertThat(page.locator("th[aria-sort=descending]")).hasText("Name");
        heading("Id").click();
        heading("Id").click();
        assertThat(names()).hasText(new String[] {"workspace 10", "workspace 9", "upload"});
        assertThat(page.locator("th[aria-sort=ascending]")).hasText("Id");
    }

    @Test
    void filtersNarrowTheListStandInTheAddressAndAreCleared() {
        register("workspace 1");
        register("workspace 2");
        registered.add(registry.finalizer(Thread.currentThread())
                .name("of a thread")
                .atExit(false)
                .run(() -> {}));
        visit("");

        page.getByLabel("Name").fill("space 2");
        assertThat(names()).hasText(new String[] {"workspace 2"});
        assertThat(page).hasURL(endpoint() + "?name=space+2");
        page.reload();
        assertThat(names()).hasText(new String[] {"workspace 2"});
        page.getByRole(AriaRole.BUTTON, named("Clear")).click();
        assertThat(names()).hasCount(3);
        assertThat(page).hasURL(endpoint());
        page.getByLabel("Referent").fill("Thread");
        assertThat(names()).hasText(new String[] {"of a thread"});
        page.getByLabel("Referent").fill("");
        page.getByLabel("At exit").selectOption("true");
        assertThat(names()).hasText(new String[] {"workspace 2", "workspace 1"});
        page.getByLabel("Older than").fill("1h");
        assertThat(page.locator("#none")).hasText("No live finalizer matches.");
        page.getByLabel("Older than").fill("soon");
        assertThat(page.locator("#bad-filter")).containsText("age is 'soon': give a duration such as 90s");
        page.getByLabel("Older than").fill("0s");
        assertThat(page.locator("#bad-filter")).isHidden();
        assertThat(names()).hasCount(2);
    }

    @Test
    void itGoesOnByItselfAndTheChartWithIt() {
        visit("");
        assertThat(page.locator("#live")).hasText("0");

        Finalizer<Void> finalizer = register("comes and goes");
        assertThat(names()).hasText(new String[] {"comes and goes"});
        assertThat(page.locator("#live")).hasText("1");
        finalizer.close();
        assertThat(names()).hasCount(0);
        assertThat(page.locator("#ran-since")).containsText(Pattern.compile("^1 since"));
        assertThat(page.locator("#live-chart")).hasAttribute("data-points", Pattern.compile("[3-9]|\\d\\d"));
        assertThat(page.locator("#live-chart")).hasAttribute("aria-label", Pattern.compile("now 0, .* at most 1$"));
    }

    @Test
    void whereItIsPausedNothingChangesUntilItGoesOn() {
        page.clock().install();
        visit("");
        page.locator("#pause").click();
        assertThat(page.locator("#updated")).containsText("Paused");
        int before = requests.size();

        register("meanwhile");
        page.clock().runFor(10_000); // longer than between two looks
        assertThat(requests).hasSize(before);
        assertThat(names()).hasCount(0);
        page.locator("#pause").click();

        assertThat(names()).hasCount(1);
    }

    @Test
    void whereNothingIsLiveItSaysSo() {
        visit("");

        assertThat(page.locator("#none")).hasText("Nothing is live: each finalizer has run or was detached.");
        assertThat(page.locator("#list tbody tr")).hasCount(0);
        Chromium.screenshot(page, "empty");
    }

    @Test
    void pagesLeadToTheOlderOnesAndBack() {
        for (int number = 0; number < 150; number++) {
            register("f" + number);
        }
        visit("");
        assertThat(names()).hasCount(100);
        assertThat(names().first()).hasText("f149");

        page.locator("#older").click();
        assertThat(names()).hasCount(50);
        assertThat(names().first()).hasText("f49");
        assertThat(page.locator("#older")).isDisabled();
        page.locator("#newest").click();

        assertThat(names()).hasCount(100);
    }

    @Test
    void aFilterThatMatchesNothingStopsAndLeadsOn() {
        register("the oldest");
        for (int number = 0; number < 10_000; number++) {
            register("f" + number);
        }
        visit("?name=the+oldest");
        assertThat(page.locator("#none")).containsText("None of the 10,000 that were looked at matches");

        page.locator("#older").click();

        assertThat(names()).hasText(new String[] {"the oldest"});
    }

    @Test
    void allOfItWorksByKeyboardAndTheFocusStaysThroughUpdates() {
        registry.setLeakLevel(LeakLevel.PARANOID);
        register("first");
        register("second");
        visit("");
        assertThat(names()).hasCount(2);

        page.keyboard().press("/");
        assertThat(page.getByLabel("Name")).isFocused();
        page.keyboard().type("first");
        page.keyboard().press("Enter");
        assertThat(names()).hasText(new String[] {"first"});
        for (int tab = 0; tab < 11 && page.locator("button.open:focus").count() == 0; tab++) {
            page.keyboard().press("Tab");
        }
        assertThat(page.locator("button.open")).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.locator("#list dd.code")).containsText("EndpointBrowserTests.register");
        register("a first that is newer");
        assertThat(names()).hasCount(2);
        assertThat(page.locator("button.open:focus")).hasText("first");
        assertThat(page.locator("#list dl")).isVisible();
        page.keyboard().press("Enter");
        assertThat(page.locator("#list dl")).hasCount(0);
    }

    @Test
    void whereTheApplicationDoesNotAnswerItSaysSoAndTriesAgain() {
        visit("");
        assertThat(page.locator("#dot.on")).hasCount(1);

        page.context().setOffline(true);
        assertThat(page.locator("#trouble")).containsText("does not answer");
        complaints.clear(); // the browser's own, of the request that was cut
        page.context().setOffline(false);
        assertThat(page.locator("#trouble")).isHidden();
        complaints.clear();
    }

    @Test
    void itIsSeenInLightDarkAndNarrow() {
        populate();
        visit("");
        look("light");
        page.context().close();

        open(new NewContextOptions().setViewportSize(1280, 900).setColorScheme(ColorScheme.DARK));
        visit("");
        look("dark");
        assertThat((String) page.evaluate("getComputedStyle(document.body).backgroundColor"))
                .isEqualTo("rgb(18, 21, 23)");
        page.context().close();

        open(new NewContextOptions().setViewportSize(390, 844).setDeviceScaleFactor(2));
        visit("");
        look("narrow");
        page.context().close();

        open(new NewContextOptions()
                .setViewportSize(390, 844)
                .setDeviceScaleFactor(2)
                .setColorScheme(ColorScheme.DARK));
        visit("");
        look("narrow-dark");
    }

    private void look(String name) {
        for (int points = 2; points < 7; points++) { // something for the charts
            assertThat(page.locator("#live-chart")).hasAttribute("data-points", atLeast(points));
            registry.finalizer(REFERENT).run(() -> {}).close();
            register("passing " + points);
        }
        assertThat(page.locator("#live-chart")).hasAttribute("data-points", atLeast(7));
        page.locator("button.open").nth(6).click();
        assertThat(page.locator("#list dl dd")).not().hasCount(0);
        assertThat((Boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as("fits the width of the screen")
                .isTrue();
        Chromium.screenshot(page, name);
    }

    /** Of one digit; more may have come while we were busy. */
    private static Pattern atLeast(int points) {
        return Pattern.compile("^([%d-9]|\\d\\d+)$".formatted(points));
    }

    private void populate() {
        registry.setLeakLevel(LeakLevel.PARANOID);
        for (int number = 1; number < 8; number++) {
            register("workspace " + number);
        }
        registered.add(registry.finalizer(Thread.currentThread())
                .name("lease of cat.png")
                .mustBeClosed()
                .overdueAfter(Duration.ofMillis(1))
                .run(() -> {}));
        registered.add(registry.finalizer(REFERENT).atExit(false).run(() -> {}));
        register(SCRIPT);
        for (int number = 0; number < 40; number++) {
            registry.finalizer(REFERENT).run(() -> {}).close();
        }
        application
                .getBean(WeakCollections.class)
                .valueMap(String.class, Thread.class, "threads")
                .put("t", Thread.currentThread());
    }

    private Finalizer<Void> register(String name) {
        Finalizer<Void> finalizer = registry.finalizer(REFERENT).name(name).run(() -> {});
        registered.add(finalizer);
        return finalizer;
    }

    private void visit(String query) {
        page.navigate(endpoint() + query);
    }

    private Locator names() {
        return page.locator("#list button.open");
    }

    private Locator heading(String text) {
        return page.locator("#list th button").getByText(text, new Locator.GetByTextOptions().setExact(true));
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name);
    }

    private static String endpoint() {
        return "http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port")
                + "/actuator/weakrefs";
    }
}
