package dev.weakref.benchmarks.harness;

import dev.weakref.benchmarks.measurement.Peer;

/** One figure of one peer, from one round. */
public record Sample(String section, String row, Peer peer, int round, double value, String unit) {}
