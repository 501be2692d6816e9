package dev.weakref.sample;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Playwright.CreateOptions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The browser of this machine; downloads none. */
final class Chromium implements AutoCloseable {

    private static final Path SCREENSHOTS = Path.of(System.getProperty("weakref.screenshots", "target/browser"));

    private static final double PATIENCE = 60_000;

    private final Playwright playwright =
            Playwright.create(new CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    private final Browser browser = playwright
            .chromium()
            .launch(new LaunchOptions()
                    .setExecutablePath(Path.of(System.getProperty("weakref.chromium", "/usr/bin/chromium")))
                    .setArgs(List.of("--no-sandbox"))); // which root cannot have; it opens our own pages only

    Chromium() {
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE);
    }

    /** A page of its own, with nothing that another one has left behind. */
    Page open(Browser.NewContextOptions options) {
        Page page = browser.newContext(options).newPage();
        page.setDefaultTimeout(PATIENCE);
        return page;
    }

    /** Keeps what the page looks like, from its top to its end, with the reports of the build. */
    static void screenshot(Page page, String name) {
        page.screenshot(new ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(name + ".png"))
                .setFullPage(true));
    }

    @Override
    public void close() {
        playwright.close(); // and with it the browser
    }
}
