package dev.weakref.sample;

import java.awt.image.BufferedImage;

/**
 * A decoded picture: large, and therefore shared by all workspaces that show it.
 *
 * @param modified when its file was written, as files tell it
 */
record Picture(String name, BufferedImage image, long modified) {}
