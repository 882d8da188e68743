// Everything that the page uses of Preact, its hooks, signals and htm, as one module.
import { h } from 'preact';
import htm from 'htm';

export { Fragment, render, createContext, createRef } from 'preact';
export { useCallback, useContext, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
export { batch, computed, effect, signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
export const html = htm.bind(h);
