package dev.weakref.sample.picture;

import java.awt.image.BufferedImage;

/**
 * A decoded picture: large, and therefore shared by all workspaces that show it.
 *
 * @param modified when its file was written, as files tell it
 */
public record Picture(String name, BufferedImage image, long modified) {}
