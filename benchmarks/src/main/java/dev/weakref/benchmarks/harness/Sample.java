package dev.weakref.benchmarks;

/** One figure of one peer, from one round. */
record Sample(String section, String row, Peer peer, int round, double value, String unit) {}
