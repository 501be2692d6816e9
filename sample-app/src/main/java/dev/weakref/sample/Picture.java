package dev.weakref.sample;

import java.awt.image.BufferedImage;

/** A decoded picture: large, and therefore shared by all workspaces that show it. */
record Picture(String name, BufferedImage image) {}
