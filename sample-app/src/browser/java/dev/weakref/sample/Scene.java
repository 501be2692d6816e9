package dev.weakref.sample;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Hills under a sky, so that a screenshot has something to look at. */
final class Scene {

    private static final int WIDTH = 640;
    private static final int HEIGHT = 400;

    private Scene() {}

    /** Between 0 and 1 each: the hue of the sky, and how high the sun stands. */
    static byte[] png(float hue, float sun) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setPaint(new GradientPaint(
                0, 0, Color.getHSBColor(hue, .55f, .75f), 0, HEIGHT, Color.getHSBColor(hue + .08f, .25f, 1)));
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        graphics.setColor(new Color(255, 244, 214));
        graphics.fillOval((int) (WIDTH * (.15 + .6 * hue)), (int) (HEIGHT * (.75 - .65 * sun)), 70, 70);
        for (int ridge = 0; ridge < 4; ridge++) {
            graphics.setColor(Color.getHSBColor(hue + .05f, .3f + .1f * ridge, .62f - .13f * ridge));
            graphics.fill(hills(ridge, hue));
        }
        graphics.dispose();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    private static Polygon hills(int ridge, float shift) {
        Polygon hills = new Polygon();
        hills.addPoint(0, HEIGHT);
        for (int x = 0; x <= WIDTH; x += 4) {
            double wave = Math.sin(x / (90.0 - 12 * ridge) + 9 * shift + 2 * ridge) + .5 * Math.sin(x / 37.0 + ridge);
            hills.addPoint(x, (int) (HEIGHT * (.55 + .11 * ridge) - 22 * wave));
        }
        hills.addPoint(WIDTH, HEIGHT);
        return hills;
    }
}
