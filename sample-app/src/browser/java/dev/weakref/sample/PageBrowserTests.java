package dev.weakref.sample;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import dev.weakref.sample.workspace.FullHistory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The page of the sample, as a person uses it. */
class PageBrowserTests {

    private static Chromium chromium;

    @TempDir
    Path directory;

    private ConfigurableApplicationContext application;
    private Page page;

    @BeforeAll
    static void startBrowser() {
        chromium = new Chromium();
    }

    @AfterAll
    static void stopBrowser() {
        chromium.close();
    }

    @BeforeEach
    void start() {
        application = new SpringApplicationBuilder(SampleApplication.class)
                .run("--server.port=0", "--sample.data=" + directory, "--server.tomcat.background-processor-delay=1s");
        page = chromium.open(new NewContextOptions());
    }

    @AfterEach
    void stop() {
        page.context().close();
        application.close();
    }

    @Test
    void pictureIsUploadedAndAWorkspaceOnItIsOpenedLookedAtAndClosed() {
        visit();
        assertThat(page.locator("#pictures")).hasText("No picture yet. Upload a PNG or a JPEG to begin.");

        upload("Morning Walk.PNG", Scene.png(.05f, .2f));
        assertThat(page.locator("#upload-note")).hasText("morning-walk is uploaded.");
        button("Open: morning-walk").click();
        assertThat(row(1)).containsText("Your session holds it.");

        button("Look at workspace 1").click();
        assertThat(page.locator("dialog")).containsText("640 × 400 pixels");
        assertThat(page.locator("#viewer-image")).hasJSProperty("naturalWidth", 640);
        page.keyboard().press("Escape");

        button("Close workspace 1").click();
        assertThat(row(1)).containsText("It was closed.");
        assertThat(row(1)).containsText("lease");
        assertThat(row(1)).containsText("directory");
        assertThat(kind("closed explicitly")).containsText("1");
    }

    @Test
    @Tag("collects")
    void forgottenWorkspaceIsSeenToBeTakenByTheCollector() {
        picture("cat");
        visit();

        button("Open and forget: cat").click();
        assertThat(row(1)).containsText("Another session holds it.");
        assertThat(row(1))
                .containsText(
                        Pattern.compile("No session holds it|The collector took it"), within(Duration.ofSeconds(30)));
        Eventually.until("the collector takes it", Duration.ofSeconds(30), () -> {
            button("Run the collector").click();
            return kind("taken by the collector").textContent().startsWith("1");
        });

        assertThat(row(1)).containsText("The collector took it");
    }

    @Test
    void keyboardIsEnoughAndStaysWhereItWas() {
        picture("cat");
        visit();
        assertThat(button("Look at cat")).isVisible();

        tabTo("Open: cat");
        page.keyboard().press("Enter");
        assertThat(row(1)).containsText("Your session holds it.");
        assertThat(button("Open: cat")).isFocused();

        tabTo("Look at workspace 1");
        page.keyboard().press("Enter");
        assertThat(page.locator("dialog")).isVisible();
        page.keyboard().press("Escape");
        assertThat(button("Look at workspace 1")).isFocused();

        page.keyboard().press("Tab");
        page.keyboard().press("Enter");
        assertThat(row(1)).containsText("It was closed.");
        assertThat(page.locator("#workspaces")).isFocused();
    }

    @Test
    void refusalsAreSentences() {
        visit();

        upload("notes.png", "not a picture".getBytes(StandardCharsets.UTF_8));

        assertThat(page.locator("#upload-note"))
                .hasText("The first bytes are those of neither PNG nor JPEG. Send one of these.");
    }

    @Test
    void messageSaysThatTheApplicationDoesNotAnswerUntilItDoes() {
        picture("cat");
        visit();
        assertThat(button("Look at cat")).isVisible();

        page.route("**/journal*", Route::abort);
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("The application does not answer");
        assertThat(button("Look at cat")).isVisible();

        page.unroute("**/journal*");
        assertThat(page.locator("#trouble")).isHidden();
    }

    @Test
    void tenThousandWorkspacesAreReadPageByPage() {
        picture("cat");
        FullHistory.note(application, 10_000);
        visit();

        assertThat(kind("in other sessions")).containsText("10,000");
        assertThat(page.locator("#rows tr")).hasCount(100);
        assertThat(page.locator("#rows-pages")).containsText("10,000 to 9,901");
        button("Older").click();
        assertThat(page.locator("#rows-pages")).containsText("9,900 to 9,801");
        button("Newer").click();
        assertThat(page.locator("#rows-pages")).containsText("10,000 to 9,901");

        kind("yours").click();
        assertThat(page.locator("#rows-empty")).hasText("No workspace: yours.");
    }

    @Test
    void keyboardStaysAtThePagesWhereThereIsNoOlderOne() {
        picture("cat");
        FullHistory.note(application, 150);
        visit();

        button("Older").focus();
        page.keyboard().press("Enter");

        assertThat(page.locator("#rows-pages")).containsText("50 to 1");
        assertThat(button("Newer")).isFocused();
    }

    @Test
    void whereItIsPausedNothingChangesUntilItGoesOn() {
        picture("cat");
        page.clock().install();
        List<Request> requests = new ArrayList<>();
        page.onRequest(requests::add);
        visit();
        assertThat(button("Look at cat")).isVisible();
        button("Pause").click();
        int before = requests.size();

        picture("dog");
        page.clock().runFor(10_000);
        assertThat(requests).hasSize(before);
        button("Pause").click();

        assertThat(button("Look at dog")).isVisible();
    }

    @Test
    void nameIsThatOfTheChosenFileUnlessItWasWrittenByHand() {
        visit();

        choose("first.png", new byte[1]);
        assertThat(page.locator("#name")).hasValue("first");
        choose("second.png", new byte[1]);
        assertThat(page.locator("#name")).hasValue("second");
        page.locator("#name").fill("mine");
        choose("third.png", new byte[1]);
        assertThat(page.locator("#name")).hasValue("mine");
    }

    @Test
    void pictureThatWasReplacedByOneOfTheSameSizeIsLoadedAgain() {
        picture("cat");
        visit();
        Locator thumb = page.locator("#pictures img");
        String before = thumb.getAttribute("src");

        picture("cat");

        assertThat(thumb).not().hasAttribute("src", before);
    }

    @Test
    void whatUsersSendIsNeverTakenForMarkup() {
        page.route(
                "**/journal*",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("application/json")
                        .setBody("""
                        {"counts": {"YOURS": 1}, "more": false, "entries": [{"id": 1, "picture": "<img id=evil src=x>",
                         "openedAt": "2026-01-01T00:00:00Z", "state": "YOURS", "ends": []}]}
                        """)));
        visit();

        assertThat(row(1)).containsText("<img id=evil src=x>");
        assertThat(page.locator("#evil")).hasCount(0);
    }

    @Test
    @Tag("collects")
    void isReadableInLightAndDarkAndOnAPhone() {
        aBusyDay();
        visit();
        button("Open: harbour").click();
        assertThat(kind("yours")).containsText("1");

        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            String name = "page-" + scheme.name().toLowerCase(Locale.ROOT);
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            page.setViewportSize(1200, 900);
            assertReadable();
            Chromium.screenshot(page, name);

            page.setViewportSize(390, 844);
            Chromium.screenshot(page, name + "-phone");
            assertThat((Boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                    .isTrue();
        }
    }

    /** The contrast that WCAG asks of text, between each text on the page and what lies behind it. */
    private void assertReadable() {
        Object tooFaint = page.evaluate("""
                () => {
                  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
                  const light = ([r, g, b]) => [r, g, b]
                    .map((c) => c / 255).map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
                  const behind = (element) => {
                    for (let e = element; e; e = e.parentElement) {
                      const colour = rgb(getComputedStyle(e).backgroundColor);
                      if (colour.length === 3 || colour[3] === 1) return colour;
                    }
                  };
                  return [...document.querySelectorAll("body *")]
                    .filter((e) => e.checkVisibility() && !e.disabled && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
                    .filter((e) => {
                      const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))];
                      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
                    })
                    .map((e) => e.outerHTML);
                }
                """);
        assertThat((List<?>) tooFaint).isEmpty();
    }

    private void aBusyDay() {
        Visitor visitor = new Visitor(port());
        visitor.upload("/pictures/harbour", Scene.png(.55f, .8f));
        visitor.upload("/pictures/first-snow", Scene.png(.62f, .4f));
        visitor.upload("/pictures/evening", Scene.png(.97f, .4f));
        visitor.upload("/pictures/meadow", Scene.png(.45f, .9f));
        for (String picture : new String[] {"evening", "meadow", "harbour"}) {
            visitor.open(picture);
        }
        visitor.delete("/workspaces/2");
        new Visitor(port()).open("evening", Duration.ofSeconds(1));
        Eventually.until(
                "its session has ended",
                Duration.ofSeconds(30),
                () -> visitor.get("/journal").body().matches(".*\"(FORGOTTEN|COLLECTED)\":1.*"));
        Eventually.until("it is collected", Duration.ofSeconds(30), () -> {
            System.gc();
            return visitor.get("/journal").body().contains("\"COLLECTED\":1");
        });
        new Visitor(port()).open("first-snow", Duration.ofSeconds(1));
        Eventually.until(
                "its session has ended",
                Duration.ofSeconds(30),
                () -> visitor.get("/journal").body().matches(".*(\"FORGOTTEN\":1|\"COLLECTED\":2).*"));
    }

    private void picture(String name) {
        new Visitor(port()).upload("/pictures/" + name, Scene.png(.55f, .5f));
    }

    private void visit() {
        page.navigate("http://127.0.0.1:" + port());
    }

    private void upload(String file, byte[] content) {
        choose(file, content);
        button("Upload").click();
    }

    private void choose(String file, byte[] content) {
        page.locator("#file").setInputFiles(new FilePayload(file, "image/png", content));
    }

    private void tabTo(String name) {
        for (int i = 0; i < 40; i++) {
            page.keyboard().press("Tab");
            if (name.equals(page.evaluate("document.activeElement.getAttribute('aria-label')"))) {
                return;
            }
        }
        fail("The Tab key does not come to '%s'", name);
    }

    private Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private Locator kind(String label) {
        return page.locator("#kinds button").filter(new Locator.FilterOptions().setHasText(label));
    }

    private Locator row(int workspace) {
        return page.locator("#rows tr")
                .filter(new Locator.FilterOptions()
                        .setHas(page.locator("td:first-child")
                                .getByText(
                                        Integer.toString(workspace), new Locator.GetByTextOptions().setExact(true))));
    }

    private static ContainsTextOptions within(Duration limit) {
        return new ContainsTextOptions().setTimeout(limit.toMillis());
    }

    private int port() {
        return application.getEnvironment().getRequiredProperty("local.server.port", int.class);
    }
}
