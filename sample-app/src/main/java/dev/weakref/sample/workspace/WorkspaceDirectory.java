package dev.weakref.sample.workspace;

import dev.weakref.sample.RefusedException;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.springframework.util.FileSystemUtils;

/**
 * The directory of one workspace. It knows nothing of the workspace, so that a finalizer can hold it.
 *
 * <p>Its methods exclude one another, because a finalizer may delete it while a request still draws in it.
 */
final class WorkspaceDirectory {

    private final Path path;

    WorkspaceDirectory(Path path) {
        this.path = path;
    }

    synchronized void create() throws IOException {
        Files.createDirectory(path);
    }

    /** Does nothing where it was never created. */
    synchronized void delete() throws IOException {
        FileSystemUtils.deleteRecursively(path);
    }

    synchronized List<String> files() throws IOException {
        if (!Files.exists(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** The picture at this width as a PNG, drawn when first asked for. */
    synchronized byte[] preview(BufferedImage image, int width) throws IOException {
        if (!Files.exists(path)) {
            throw RefusedException.unknownWorkspace();
        }
        Path file = path.resolve("preview-" + width + ".png");
        if (!Files.exists(file)) {
            ImageIO.write(scaled(image, width), "png", file.toFile());
        }
        return Files.readAllBytes(file);
    }

    private static BufferedImage scaled(BufferedImage image, int width) {
        int height = Math.max(1, (int) ((long) image.getHeight() * width / image.getWidth()));
        BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        Graphics2D graphics = scaled.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(image, 0, 0, width, height, null);
        graphics.dispose();
        return scaled;
    }
}
