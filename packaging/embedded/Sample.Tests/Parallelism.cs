// The tests mostly wait, for a process to start or for an answer, so more of them run at a time than there are processors.
[assembly: LevelOfParallelism(8)]
