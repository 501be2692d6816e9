package dev.weakref.sample.workspace;

import dev.weakref.FinalizerRegistry;
import dev.weakref.sample.picture.Pictures;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import javax.imageio.ImageIO;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Shows an exit with failures: opens six workspaces that have a third finalizer each, of which five throw and one
 * never ends. The log of the exit names them, and everything else is cleared away all the same.
 */
@Component
@Profile("faults")
final class FaultyWorkspaces implements ApplicationRunner {

    private final Pictures pictures;
    private final Workspaces workspaces;
    private final FinalizerRegistry registry;

    /** Held until exit, in place of a session. */
    private final List<Workspace> open = new ArrayList<>();

    FaultyWorkspaces(Pictures pictures, Workspaces workspaces, FinalizerRegistry registry) {
        this.pictures = pictures;
        this.workspaces = workspaces;
        this.registry = registry;
    }

    @Override
    public void run(ApplicationArguments arguments) throws IOException, SQLException {
        pictures.store("fault", new ByteArrayInputStream(blankPng()));
        for (int i = 0; i < 5; i++) {
            Workspace workspace = open();
            registry.finalizer(workspace)
                    .name("workspace %d throws".formatted(workspace.id()))
                    .run(FaultyWorkspaces::fail);
        }
        Workspace workspace = open();
        registry.finalizer(workspace)
                .name("workspace %d hangs".formatted(workspace.id()))
                .run(FaultyWorkspaces::hang);
    }

    private Workspace open() throws IOException, SQLException {
        Workspace workspace = workspaces.open("fault");
        open.add(workspace);
        return workspace;
    }

    private static void fail() throws IOException {
        throw new IOException("the disk is on fire");
    }

    /** Ignores interruption, as the worst of them do. */
    private static void hang() {
        new Semaphore(0).acquireUninterruptibly();
    }

    private static byte[] blankPng() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", png);
        return png.toByteArray();
    }
}
