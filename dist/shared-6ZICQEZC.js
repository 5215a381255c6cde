import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
import{B as l,c,d as a,e as p,f,g as s,h as u,i as d,j as x,k as Z,m as S,o as e,p as t,q as i,r as m,t as D,w as I,y as O}from"./shared-KONEQSHX.js";import{a as r,e as n}from"./shared-4AMBJVDY.js";var h={};n(h,{ZodISODate:()=>t,ZodISODateTime:()=>e,ZodISODuration:()=>m,ZodISOTime:()=>i,date:()=>E,datetime:()=>_,duration:()=>N,time:()=>b});function _(o){return a(e,o)}r(_,"datetime");function E(o){return p(t,o)}r(E,"date");function b(o){return f(i,o)}r(b,"time");function N(o){return s(m,o)}r(N,"duration");var T={};n(T,{bigint:()=>$,boolean:()=>P,date:()=>A,number:()=>B,string:()=>y});function y(o){return c(S,o)}r(y,"string");function B(o){return u(D,o)}r(B,"number");function P(o){return d(I,o)}r(P,"boolean");function $(o){return x(O,o)}r($,"bigint");function A(o){return Z(l,o)}r(A,"date");export{h as a,T as b};
